import { currentCode } from '../auth/second-factor/totp.ts';
import type { Member } from '../auth/sessions.ts';
import type { PageFrame } from '../context.ts';

/** The demo operator's second factor is no secret: whoever tries the sandbox has no authenticator at hand. */
const DemoCode = ({ frame, member }: { frame: PageFrame; member: Member }) => {
  const demo = frame.options.demoUsers?.find(({ email }) => email === member.email);
  return demo?.totpSecret ? (
    <p class="hint">
      Demo account: password <code>{demo.password}</code>, code now <code>{currentCode(demo.totpSecret)}</code>
    </p>
  ) : null;
};

/** Password, and the second factor where there is one, on whatever form asks for them again. */
export const Factors = ({ frame, id, optional = false }: { frame: PageFrame; id: string; optional?: boolean }) => {
  const { member } = frame;
  if (!member) return null;
  return (
    <>
      <div class="field">
        <label for={`${id}-password`}>Password</label>
        <input
          id={`${id}-password`}
          name="password"
          type="password"
          autocomplete="current-password"
          required={!optional}
        />
      </div>
      {member.hasSecondFactor ? (
        <div class="field">
          <label for={`${id}-code`}>Code of your authenticator</label>
          <input
            id={`${id}-code`}
            name="code"
            type="text"
            autocomplete="one-time-code"
            maxlength={20}
            required={!optional}
          />
        </div>
      ) : null}
      <DemoCode frame={frame} member={member} />
    </>
  );
};
