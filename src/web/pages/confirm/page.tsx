import type { PageFrame } from '../../context.ts';
import { Factors } from '../../layout/factors.tsx';
import { Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

export interface ConfirmProps {
  readonly frame: PageFrame;
  readonly back: string;
  readonly problem: string | null;
}

export const confirmPage = ({ frame, back, problem }: ConfirmProps) =>
  documentOf(
    <Page frame={frame} title="Confirm it is you">
      <div class="form-page">
        <section class="panel" aria-labelledby="confirm-heading">
          <h1 id="confirm-heading">Confirm it is you</h1>
          <p>What you are about to do asks for it again. It holds for ten minutes.</p>
          <Problem text={problem} />
          <form method="post" action="/confirm" class="stack">
            <input type="hidden" name="return" value={back} />
            <Factors frame={frame} id="confirm" />
            <button class="button" type="submit">
              Go on
            </button>
          </form>
        </section>
      </div>
    </Page>,
  );
