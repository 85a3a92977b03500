/** What an executor tells the warden if it cannot start. */
export interface StartFailure {
  /** The reason. */
  failed: string;
}
