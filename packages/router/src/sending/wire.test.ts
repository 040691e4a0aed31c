import { collectBytes, contentOf } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { createWire, reachingWhenRead } from './wire.ts';

const letter = contentOf('Subject: x\r\n\r\n');

describe('the step to the wire', () => {
  it('is taken before the first octet is read, and once however often that is done', async () => {
    const said: string[] = [];
    const wire = createWire(async () => void said.push('written'), () => void said.push('reached'));
    const content = reachingWhenRead(letter, wire);
    const reading = content.open();
    expect(said).toEqual([]);
    expect(await collectBytes(reading)).toEqual(await collectBytes(letter.open()));
    await collectBytes(content.open());
    expect([said, content.size]).toEqual([['written', 'reached'], letter.size]);
  });

  it('is not taken where it cannot be written down, and nothing is read then', async () => {
    const [refusal, said] = [new Error('The store is away.'), [] as string[]];
    const wire = createWire(() => Promise.reject(refusal), () => void said.push('reached'));
    const content = reachingWhenRead(letter, wire);
    await expect(collectBytes(content.open())).rejects.toBe(refusal);
    await expect(collectBytes(content.open())).rejects.toBe(refusal);
    expect([said, wire.failure]).toEqual([[], { error: refusal }]);
  });

  it('is not taken once the attempt is over: whoever still waits for it reads nothing', async () => {
    const [written, said] = [Promise.withResolvers<void>(), [] as string[]];
    const wire = createWire(() => written.promise, () => void said.push('reached'));
    const reading = collectBytes(reachingWhenRead(letter, wire).open());
    const closed = wire.close();
    written.resolve();
    await expect(reading).rejects.toThrow('over');
    await closed;
    await expect(wire.reach()).rejects.toThrow('over');
    expect([said, wire.failure]).toEqual([[], undefined]);
  });

  it('is not written down for whoever begins to read once the attempt is over', async () => {
    const said: string[] = [];
    const wire = createWire(async () => void said.push('written'), () => void said.push('reached'));
    await wire.close();
    await expect(collectBytes(reachingWhenRead(letter, wire).open())).rejects.toThrow('over');
    expect(said).toEqual([]);
  });
});
