import { Problem } from '../../../hosted/document.tsx';
import type { TaxId } from '../../customers/types.ts';
import { AddressFields, CountryField, Field, PostalCodeField } from '../fields.tsx';
import { Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { type DetailsProblems, type DetailsText, TAX_ID_TYPES } from './details.ts';

export interface DetailsView {
  readonly portalId: string;
  readonly token: string;
  /** What the configuration lets the customer change: `name`, `address`, `tax_id`. */
  readonly allowed: readonly string[];
  readonly taxIds: readonly TaxId[];
  readonly text: DetailsText;
  readonly problems: DetailsProblems;
  readonly problem: string | null;
}

const NewTaxId = ({ text, problems }: DetailsView) => (
  <fieldset>
    <legend>Add a tax number</legend>
    <div class="field">
      <label for="taxType">Kind</label>
      <select id="taxType" name="taxType">
        {Object.entries(TAX_ID_TYPES).map(([type, name]) => (
          <option value={type} selected={type === text.taxType}>
            {name}
          </option>
        ))}
      </select>
    </div>
    <Field name="taxNumber" label="Number" value={text.taxNumber} problem={problems.taxType} autocomplete="off" />
  </fieldset>
);

const TaxIds = ({ portalId, token, taxIds }: DetailsView) =>
  taxIds.length === 0 ? null : (
    <section class="card">
      <h2>Tax numbers</h2>
      <ul class="rows">
        {taxIds.map(({ id, type, value }) => (
          <li>
            <span>
              {value} <small>{TAX_ID_TYPES[type] ?? type}</small>
            </span>
            <form method="post" action={`${PATHS.portal(portalId)}/details`}>
              <Token value={token} />
              <input type="hidden" name="taxId" value={id} />
              <button class="link" type="submit" name="action" value="remove-tax-id">
                Remove<span class="unseen">{` ${value}`}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );

export const DetailsPage = (view: DetailsView) => {
  const { portalId, token, allowed, text, problems, problem } = view;
  return (
    <Page title="Billing information">
      <p>
        <a href={PATHS.portal(portalId)}>← Back to billing</a>
      </p>
      <section class="card">
        <h1>Billing information</h1>
        <Problem text={problem} />
        <form method="post" action={`${PATHS.portal(portalId)}/details`} novalidate>
          <Token value={token} />
          {allowed.includes('name') ? (
            <Field name="name" label="Name" value={text.name} problem={problems.name} autocomplete="name" />
          ) : null}
          {allowed.includes('address') ? (
            <fieldset>
              <legend>Billing address</legend>
              <CountryField value={text.country} problem={problems.country} />
              <AddressFields text={text} problems={problems} />
              <PostalCodeField value={text.postalCode} problem={problems.postalCode} />
            </fieldset>
          ) : null}
          {allowed.includes('tax_id') ? <NewTaxId {...view} /> : null}
          <button class="button" type="submit" name="action" value="save">
            Save
          </button>
        </form>
      </section>
      {allowed.includes('tax_id') ? <TaxIds {...view} /> : null}
    </Page>
  );
};
