import { COUNTRIES } from './countries.ts';

interface Told {
  readonly name: string;
  readonly problem: string | undefined;
}

const FieldProblem = ({ name, problem }: Told) =>
  problem === undefined ? null : (
    <p class="field-problem" id={`problem-${name}`}>
      {problem}
    </p>
  );

/** What ties an input to its problem for assistive technology. */
const described = ({ name, problem }: Told) =>
  problem === undefined ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': `problem-${name}` };

interface FieldProps extends Told {
  readonly label: string;
  readonly value: string;
  readonly autocomplete: string;
  readonly numeric?: boolean;
  readonly placeholder?: string;
}

/** A label, its input, and what is wrong with it. Never required by the browser, so that what Stripe says can be seen. */
export const Field = ({ name, label, value, autocomplete, numeric, placeholder, problem }: FieldProps) => (
  <div class="field">
    <label for={name}>{label}</label>
    <input
      id={name}
      name={name}
      value={value}
      autocomplete={autocomplete}
      inputmode={numeric ? 'numeric' : undefined}
      placeholder={placeholder}
      maxlength={100}
      {...described({ name, problem })}
    />
    <FieldProblem name={name} problem={problem} />
  </div>
);

export const CountryField = ({ value, problem }: { value: string; problem: string | undefined }) => (
  <div class="field">
    <label for="country">Country or region</label>
    <select id="country" name="country" autocomplete="country" {...described({ name: 'country', problem })}>
      {COUNTRIES.map(({ code, name }) => (
        <option value={code} selected={code === value}>
          {name}
        </option>
      ))}
    </select>
    <FieldProblem name="country" problem={problem} />
  </div>
);

export interface AddressText {
  readonly line1: string;
  readonly city: string;
  readonly state: string;
}
type AddressProblems = Partial<Readonly<Record<keyof AddressText, string>>>;

export const AddressFields = ({ text, problems }: { text: AddressText; problems: AddressProblems }) => (
  <>
    <Field name="line1" label="Address" value={text.line1} problem={problems.line1} autocomplete="address-line1" />
    <Field name="city" label="City" value={text.city} problem={problems.city} autocomplete="address-level2" />
    <Field name="state" label="State" value={text.state} problem={problems.state} autocomplete="address-level1" />
  </>
);

export const PostalCodeField = ({ value, problem }: { value: string; problem: string | undefined }) => (
  <Field name="postalCode" label="ZIP or postal code" value={value} problem={problem} autocomplete="postal-code" />
);
