/** A mail in words, before it is set as text and HTML. Plain text throughout: escaped when it is set. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly action?: { readonly label: string; readonly url: string };
  /** Said after the action. */
  readonly afterwards?: readonly string[];
}
