import { type Context, Hono } from 'hono';
import type { PaymentIntent, SetupIntent } from '../../payments/types.ts';
import { forbiddenPage, formOf, goOn, type Hosted, MERCHANT, notFoundPage, page } from '../hosted.tsx';
import { Message, Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { money } from '../words.ts';

type Intent = PaymentIntent | SetupIntent;

const intentOf = ({ world }: Hosted, id: string): Intent | undefined =>
  world.get('payment_intent', id) ?? world.get('setup_intent', id);

const ChallengePage = ({ intent, token, card }: { intent: Intent; token: string; card: string }) => (
  <Page title="3-D Secure">
    <section class="card">
      <h1>Confirm it is you</h1>
      <p>
        {intent.object === 'payment_intent'
          ? `Your bank asks whether you are paying ${money(intent.amount, intent.currency)} to ${MERCHANT} with ${card}.`
          : `Your bank asks whether ${MERCHANT} may charge ${card} from now on.`}
      </p>
      <p class="soft">This stands for the page of a real bank (3-D Secure 2).</p>
      <form method="post" action={PATHS.challenge(intent.id)} class="choices">
        <Token value={token} />
        <button class="button" type="submit" name="action" value="complete">
          Complete authentication
        </button>
        <button class="button quiet" type="submit" name="action" value="fail">
          Fail authentication
        </button>
      </form>
    </section>
  </Page>
);

/** Where a cardholder who did not prove himself goes on: back to the page that he came from. */
const afterFailure = (c: Context, intent: Intent): string | null => {
  const failed = `failed=${intent.id}`;
  if (intent.internal.checkout) return `${PATHS.checkout(intent.internal.checkout)}?${failed}`;
  if (intent.object === 'setup_intent' && intent.internal.portal)
    return `${PATHS.portal(intent.internal.portal)}/card?${failed}`;
  const back = intent.next_action?.redirect_to_url.return_url ?? null;
  if (back === null) return null;
  return new URL(back).origin === new URL(c.req.url).origin
    ? `${back}${back.includes('?') ? '&' : '?'}${failed}`
    : back;
};

/** The cardholder's own bank: the 3-D Secure page. */
export const challengeRoutes = (hosted: Hosted): Hono =>
  new Hono()
    .get('/3ds/:id', (c) => {
      const intent = intentOf(hosted, c.req.param('id'));
      if (!intent) return notFoundPage(c);
      if (intent.status !== 'requires_action')
        return page(c, <Message title="Nothing to confirm" text="This payment does not wait for you any more." />, 410);
      const method = intent.payment_method === null ? null : hosted.world.get('payment_method', intent.payment_method);
      const card = method ? `your card ending in ${method.card.last4}` : 'your card';
      return page(c, <ChallengePage intent={intent} token={hosted.tokens.of(intent.id)} card={card} />);
    })
    .post('/3ds/:id', async (c) => {
      const intent = intentOf(hosted, c.req.param('id'));
      if (!intent) return notFoundPage(c);
      const form = await formOf(c, hosted, intent.id);
      if (!form) return forbiddenPage(c);
      const step = hosted.world.confirmIntent(intent.id, form.get('action') === 'complete');
      if (step.ok) return goOn(c, step);
      const next = afterFailure(c, intent);
      return next === null
        ? page(c, <Message title="Authentication failed" text={step.error.message} />, 402)
        : c.redirect(next, 303);
    });
