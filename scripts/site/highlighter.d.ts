// What is used of highlight.js. Its own types bring those of a browser into the whole program.

declare const highlighter: {
  /** Returns a language by one of its names; undefined if it is not known. */
  getLanguage(name: string): object | undefined;
  /** Returns code as HTML. */
  highlight(code: string, options: { language: string }): { value: string };
};

export default highlighter;
