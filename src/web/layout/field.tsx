export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'password';
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  readonly minlength?: number;
  readonly maxlength?: number;
  readonly inputmode?: 'numeric';
  readonly autofocus?: boolean;
}

/** A label, its input, and a hint that assistive technology reads with it. */
export const Field = ({ name, label, hint, ...input }: FieldProps) => (
  <div class="field">
    <label for={`field-${name}`}>{label}</label>
    <input id={`field-${name}`} name={name} required aria-describedby={hint ? `hint-${name}` : undefined} {...input} />
    {hint ? (
      <p class="hint" id={`hint-${name}`}>
        {hint}
      </p>
    ) : null}
  </div>
);

export const Problem = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p class="notice notice-problem" role="alert">
      {text}
    </p>
  );
