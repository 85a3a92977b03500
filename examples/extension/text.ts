/** Returns the words of a text that are longer than some letters. */
export function longWords(text: string, letters: number): string {
  return text.split(/\s+/).filter((word) => word.length >= letters).join(" ");
}
