import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';

export const errorPage = (props: { frame: PageFrame; title: string; text: string }) =>
  documentOf(
    <Page frame={props.frame} title={props.title}>
      <div class="form-page">
        <section class="panel">
          <h1>{props.title}</h1>
          <p>{props.text}</p>
          <p>
            <a class="button" href={props.frame.member ? '/feed' : '/'}>
              {props.frame.member ? 'To the feed' : 'To the first page'}
            </a>
          </p>
        </section>
      </div>
    </Page>,
  );
