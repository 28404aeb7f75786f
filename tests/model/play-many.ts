import fc from 'fast-check';
import type { TestDatabase } from '../support/database.ts';
import { Drive, type Tally } from './drive.ts';
import { type Story, story } from './steps.ts';

/** Plays so many stories of one seed; a story on which product and reference part is cut down to its shortest and thrown. */
export const playMany = async (
  database: TestDatabase,
  options: { readonly seed: number; readonly stories: number; readonly tally?: Tally },
): Promise<void> => {
  const { seed, stories, tally } = options;
  const property = fc.asyncProperty(story, (one: Story) => Drive.play(database, one, tally));
  await fc.assert(property, { seed, numRuns: stories });
};

/** In words, most frequent first. */
export const tallyWords = (tally: Tally): string =>
  [...tally]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ');
