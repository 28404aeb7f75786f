import type { CardField, CardProblems, CardText } from './card-entry.ts';
import { COUNTRIES } from './countries.ts';
import { spaced, TEST_CARDS } from './test-cards.ts';

interface InputProps {
  readonly name: CardField;
  readonly label: string;
  readonly text: CardText;
  readonly problems: CardProblems;
  readonly autocomplete: string;
  readonly numeric?: boolean;
  readonly placeholder?: string;
}

const FieldProblem = ({ name, problems }: Pick<InputProps, 'name' | 'problems'>) => {
  const problem = problems[name];
  return problem === undefined ? null : (
    <p class="field-problem" id={`problem-${name}`}>
      {problem}
    </p>
  );
};

const Input = ({ name, label, text, problems, autocomplete, numeric, placeholder }: InputProps) => {
  const problem = problems[name];
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={name === 'number' ? spaced(text.number) : text[name]}
        autocomplete={autocomplete}
        inputmode={numeric ? 'numeric' : undefined}
        placeholder={placeholder}
        maxlength={100}
        aria-invalid={problem ? 'true' : undefined}
        aria-describedby={problem ? `problem-${name}` : undefined}
      />
      <FieldProblem name={name} problems={problems} />
    </div>
  );
};

export interface CardFormProps {
  readonly text: CardText;
  readonly problems: CardProblems;
  readonly needsAddress?: boolean;
}

/** The fields of a card. They are never required by the browser, so that what Stripe says of them can be seen. */
export const CardForm = ({ text, problems, needsAddress = false }: CardFormProps) => {
  const shared = { text, problems };
  return (
    <>
      <fieldset>
        <legend>Card information</legend>
        <Input
          name="number"
          label="Card number"
          autocomplete="cc-number"
          numeric
          placeholder="1234 1234 1234 1234"
          {...shared}
        />
        <div class="pair">
          <Input
            name="expiry"
            label="Expiry (MM / YY)"
            autocomplete="cc-exp"
            numeric
            placeholder="MM / YY"
            {...shared}
          />
          <Input name="cvc" label="Security code" autocomplete="cc-csc" numeric placeholder="CVC" {...shared} />
        </div>
        <Input name="name" label="Name on card" autocomplete="cc-name" {...shared} />
      </fieldset>
      <fieldset>
        <legend>{needsAddress ? 'Billing address' : 'Country and postal code'}</legend>
        <div class="field">
          <label for="country">Country or region</label>
          <select
            id="country"
            name="country"
            autocomplete="country"
            aria-invalid={problems.country ? 'true' : undefined}
            aria-describedby={problems.country ? 'problem-country' : undefined}
          >
            {COUNTRIES.map(({ code, name }) => (
              <option value={code} selected={code === text.country}>
                {name}
              </option>
            ))}
          </select>
          <FieldProblem name="country" problems={problems} />
        </div>
        {needsAddress ? (
          <>
            <Input name="line1" label="Address" autocomplete="address-line1" {...shared} />
            <Input name="city" label="City" autocomplete="address-level2" {...shared} />
            <Input name="state" label="State" autocomplete="address-level1" {...shared} />
          </>
        ) : null}
        <Input name="postalCode" label="ZIP or postal code" autocomplete="postal-code" {...shared} />
      </fieldset>
    </>
  );
};

/** Links that fill the form in, for there is no script here to do it. */
export const TestCards = ({ path }: { path: string }) => (
  <details class="test-cards">
    <summary>Test cards</summary>
    <p>Choose one to fill the form in. Any future date, any three digits and any name will do.</p>
    <ul>
      {TEST_CARDS.map(({ number, does }) => (
        <li>
          <a href={`${path}${path.includes('?') ? '&' : '?'}card=${number}`}>{spaced(number)}</a> {does}
        </li>
      ))}
    </ul>
  </details>
);
