import { totpUri } from '../../../auth/second-factor/totp.ts';
import type { PageFrame } from '../../../context.ts';
import { Field } from '../../../layout/field.tsx';
import { documentOf } from '../../../layout/layout.tsx';
import { QrCode } from '../../../layout/qr-code.tsx';
import { AccountShell } from '../shell.tsx';

const TITLE = 'Second factor';

const Begin = ({ required }: { required: boolean }) => (
  <section class="panel stack">
    {required ? (
      <p class="notice">Operators sign in with a second factor. Nothing else is open to you before you have one.</p>
    ) : null}
    <p>
      A second factor is a code that an authenticator app on your telephone shows for half a minute. With it, nobody
      gets in with your password alone.
    </p>
    <form method="post" action="/account/second-factor/begin">
      <button class="button" type="submit">
        Set it up
      </button>
    </form>
  </section>
);

const Scan = ({ secret, email }: { secret: string; email: string }) => (
  <section class="panel stack" aria-labelledby="scan-heading">
    <h2 id="scan-heading">Add it to your authenticator</h2>
    <ol class="steps">
      <li>
        Scan this with an authenticator app.
        <QrCode text={totpUri(secret, email)} label="QR code for your authenticator" />
      </li>
      <li>
        Or enter this key by hand: <code class="secret">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </li>
      <li>Enter the code that it shows now.</li>
    </ol>
    <form method="post" action="/account/second-factor/confirm" class="stack">
      <Field name="code" label="Code" type="text" autocomplete="one-time-code" inputmode="numeric" maxlength={12} />
      <div>
        <button class="button" type="submit">
          Turn it on
        </button>
      </div>
    </form>
    <form method="post" action="/account/second-factor/begin">
      <button class="button-quiet" type="submit">
        Start over with another key
      </button>
    </form>
  </section>
);

const On = ({ codesLeft }: { codesLeft: number }) => (
  <section class="panel stack">
    <p>Your second factor is on: signing in asks for a code of your authenticator.</p>
    <p>
      {codesLeft === 1 ? '1 recovery code is' : `${codesLeft} recovery codes are`} left for the day your authenticator
      is lost.
    </p>
    <div class="button-row">
      <form method="post" action="/account/second-factor/codes">
        <button class="button button-plain" type="submit">
          Make new recovery codes
        </button>
      </form>
      <form method="post" action="/account/second-factor/remove">
        <button class="button button-plain" type="submit">
          Turn it off
        </button>
      </form>
    </div>
    <p class="hint">New codes make the old ones void. To change the authenticator, turn it off and set it up again.</p>
  </section>
);

export interface SecondFactorProps {
  readonly frame: PageFrame;
  readonly state:
    | { readonly kind: 'off'; readonly required: boolean }
    | { readonly kind: 'waiting'; readonly secret: string; readonly email: string }
    | { readonly kind: 'on'; readonly codesLeft: number };
  readonly problem?: string | null;
  readonly notice?: string | null;
}

export const secondFactorPage = ({ frame, state, problem = null, notice = null }: SecondFactorProps) =>
  documentOf(
    <AccountShell frame={frame} title={TITLE} problem={problem} notice={notice}>
      {state.kind === 'off' ? <Begin required={state.required} /> : null}
      {state.kind === 'waiting' ? <Scan secret={state.secret} email={state.email} /> : null}
      {state.kind === 'on' ? <On codesLeft={state.codesLeft} /> : null}
    </AccountShell>,
  );

export interface RecoveryCodesProps {
  readonly frame: PageFrame;
  readonly codes: readonly string[];
  readonly notice: string;
}

export const recoveryCodesPage = ({ frame, codes, notice }: RecoveryCodesProps) =>
  documentOf(
    <AccountShell frame={frame} title="Recovery codes" notice={notice}>
      <section class="panel stack">
        <p>
          Keep these where you keep your passport. Each signs you in once, in place of a code of your authenticator.
          They are shown now and never again.
        </p>
        <ul class="recovery-codes">
          {codes.map((code) => (
            <li>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <p>
          <a class="button" href="/feed">
            I have kept them
          </a>
        </p>
      </section>
    </AccountShell>,
  );
