import type { Child } from 'hono/jsx';

export interface ActFormProps {
  /** Names the fields apart on a page with many forms. */
  readonly id: string;
  /** The account's id and the act: `/admin/members/…/ban`. */
  readonly action: string;
  readonly title: string;
  readonly button: string;
  readonly danger?: boolean;
  /** What will happen, in a sentence. */
  readonly hint: string;
  readonly children?: Child;
}

/** One act behind its heading, closed until wanted: its fields, a reason, and a button that names it. */
export const ActForm = ({ id, action, title, button, danger = false, hint, children }: ActFormProps) => (
  <details class="act" id={`act-${id}`}>
    <summary>{title}</summary>
    <form method="post" action={action} class="stack">
      <p class="hint">{hint}</p>
      {children}
      <div class="field">
        <label for={`${id}-reason`}>Reason</label>
        <input
          id={`${id}-reason`}
          name="reason"
          type="text"
          required
          minlength={3}
          maxlength={500}
          autocomplete="off"
        />
      </div>
      <button class={danger ? 'button button-danger' : 'button'} type="submit">
        {button}
      </button>
    </form>
  </details>
);
