import { type Context, Hono } from 'hono';
import { forbiddenPage, formOf, type Hosted, notFoundPage, page } from '../hosted.tsx';
import { PATHS } from '../paths.ts';
import { type DetailsText, detailsTextOf, readDetails } from './details.ts';
import { DetailsPage, type DetailsView } from './details-page.tsx';
import { type Portal, portalOf } from './portal.ts';

const allowedBy = ({ configuration }: Portal): readonly string[] => {
  const { enabled, allowed_updates } = configuration.features.customer_update;
  return enabled ? allowed_updates : [];
};

const onFile = ({ world }: Hosted, { session }: Portal): DetailsText => {
  const customer = world.get('customer', session.customer);
  const address = customer?.address;
  return {
    name: customer?.name ?? '',
    line1: address?.line1 ?? '',
    city: address?.city ?? '',
    state: address?.state ?? '',
    country: address?.country ?? 'US',
    postalCode: address?.postal_code ?? '',
    taxType: 'eu_vat',
    taxNumber: '',
  };
};

const show = (c: Context, hosted: Hosted, portal: Portal, changes: Partial<DetailsView>): Response => {
  const { session } = portal;
  const view: DetailsView = {
    portalId: session.id,
    token: hosted.tokens.of(session.id),
    allowed: allowedBy(portal),
    taxIds: hosted.world.all('tax_id').filter(({ customer }) => customer === session.customer),
    text: onFile(hosted, portal),
    problems: {},
    problem: null,
    ...changes,
  };
  return page(c, <DetailsPage {...view} />, c.req.method === 'POST' ? 402 : 200);
};

/** Who is billed: name, address and tax numbers. */
export const detailsRoutes = (hosted: Hosted): Hono => {
  const { world } = hosted;
  return new Hono()
    .get('/p/session/:id/details', (c) => {
      const portal = portalOf(c, hosted);
      return portal && allowedBy(portal).length > 0 ? show(c, hosted, portal, {}) : notFoundPage(c);
    })
    .post('/p/session/:id/details', async (c) => {
      const portal = portalOf(c, hosted);
      if (!portal || allowedBy(portal).length === 0) return notFoundPage(c);
      const { id } = portal.session;
      const form = await formOf(c, hosted, id);
      if (!form) return forbiddenPage(c);
      if (form.get('action') === 'remove-tax-id') {
        const removed = world.portalRemoveTaxId(id, form.get('taxId') ?? '');
        return removed.ok
          ? c.redirect(`${PATHS.portal(id)}/details`, 303)
          : show(c, hosted, portal, { problem: removed.error.message });
      }
      const text = detailsTextOf(form);
      const read = readDetails(text, allowedBy(portal));
      if (!read.ok) return show(c, hosted, portal, { text, problems: read.problems });
      const saved = world.portalChangeDetails(id, read.change);
      return saved.ok
        ? c.redirect(PATHS.portal(id), 303)
        : show(c, hosted, portal, { text, problem: saved.error.message });
    });
};
