import type { PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { NewPassword } from '../../reset/page.tsx';
import { AccountShell } from '../shell.tsx';

export const passwordPage = ({ frame, problem }: { frame: PageFrame; problem: string | null }) =>
  documentOf(
    <AccountShell frame={frame} title="Change password" problem={problem}>
      <section class="panel">
        <form method="post" action="/account/password" class="stack">
          <input type="hidden" name="username" autocomplete="username" value={frame.member?.email} />
          <NewPassword />
          <div>
            <button class="button" type="submit">
              Change the password
            </button>
          </div>
          <p class="hint">Every other session is signed out, and a mail says that it was changed.</p>
        </form>
      </section>
    </AccountShell>,
  );
