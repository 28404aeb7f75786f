import type { CardField, CardProblems, CardText } from './card-entry.ts';
import { AddressFields, CountryField, Field, PostalCodeField } from './fields.tsx';
import { spaced, TEST_CARDS } from './test-cards.ts';

export interface CardFormProps {
  readonly text: CardText;
  readonly problems: CardProblems;
  readonly needsAddress?: boolean;
}

/** The fields of a card, and where its bills go as far as it must be known. */
export const CardForm = ({ text, problems, needsAddress = false }: CardFormProps) => {
  const field = (name: CardField) => ({ name, value: text[name], problem: problems[name] });
  return (
    <>
      <fieldset>
        <legend>Card information</legend>
        <Field
          {...field('number')}
          value={spaced(text.number)}
          label="Card number"
          autocomplete="cc-number"
          numeric
          placeholder="1234 1234 1234 1234"
        />
        <div class="pair">
          <Field {...field('expiry')} label="Expiry (MM / YY)" autocomplete="cc-exp" numeric placeholder="MM / YY" />
          <Field {...field('cvc')} label="Security code" autocomplete="cc-csc" numeric placeholder="CVC" />
        </div>
        <Field {...field('name')} label="Name on card" autocomplete="cc-name" />
      </fieldset>
      <fieldset>
        <legend>{needsAddress ? 'Billing address' : 'Country and postal code'}</legend>
        <CountryField value={text.country} problem={problems.country} />
        {needsAddress ? <AddressFields text={text} problems={problems} /> : null}
        <PostalCodeField value={text.postalCode} problem={problems.postalCode} />
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
