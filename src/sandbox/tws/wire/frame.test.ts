import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { message, toAscii7 } from './fields.ts';
import { FrameReader, FrameWriter, splitFields } from './frame.ts';

const SEED = 20_260_101;

describe('frames', () => {
  test('whatever is written is read back, however the bytes are cut', () => {
    console.log(`frame seed ${SEED}`);
    const field = fc.string({ unit: fc.constantFrom('a', '1', '.', 'é', '€', ' ') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1 })), fc.nat({ max: 40 }), (messages, cut) => {
        const writer = new FrameWriter();
        for (const fields of messages) writer.frame(message(...fields.map(toAscii7)));
        const bytes = Buffer.from(writer.peek());
        const reader = new FrameReader();
        const read: string[][] = [];
        for (let at = 0; at < bytes.length; at += cut + 1) {
          for (const frame of reader.push(bytes.subarray(at, at + cut + 1)) ?? []) read.push(splitFields(frame));
        }
        expect(read).toEqual(messages.map((fields) => fields.map(toAscii7)));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('what a slow socket left behind goes first, and nothing is lost when the buffer grows', () => {
    const writer = new FrameWriter();
    const reader = new FrameReader();
    const read: string[] = [];
    for (let i = 0; i < 5_000; i++) {
      writer.frame(message(i, 'x'.repeat(i % 50)));
      const taken = Buffer.from(writer.peek().subarray(0, 23));
      writer.consume(taken.length);
      for (const frame of reader.push(taken) ?? []) read.push(splitFields(frame)[0] ?? '');
    }
    for (const frame of reader.push(Buffer.from(writer.peek())) ?? []) read.push(splitFields(frame)[0] ?? '');
    expect(read).toEqual(Array.from({ length: 5_000 }, (_, i) => String(i)));
  });

  test('a frame longer than any request ends the stream', () => {
    expect(new FrameReader().push(Buffer.from([0x7f, 0, 0, 0]))).toBeNull();
  });
});
