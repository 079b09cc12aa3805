// Responses that run on while nobody waits, and streams that are taken up again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, client, eventually, question } from './support.js';

const ends = ['completed', 'incomplete', 'failed', 'cancelled'];

const ended = ({ id }) =>
  eventually(
    () => client.responses.retrieve(id),
    ({ status }) => ends.includes(status),
  );

test('a background response is answered at once and polled', async () => {
  const created = await client.responses.create({
    model: 'paced',
    input: question(),
    background: true,
  });
  assert.ok(['queued', 'in_progress'].includes(created.status));
  assert.equal(created.background, true);
  assert.equal(created.usage, null);
  assert.deepEqual(created.output, []);
  const done = await ended(created);
  assert.equal(done.id, created.id);
  assert.equal(done.status, 'completed');
  assert.equal(done.output_text.split(' ').length, 12);
  assert.ok(done.completed_at >= done.created_at);
});

test('a background response that fails says why', async () => {
  const created = await client.responses.create({
    model: 'picky',
    input: question(),
    background: true,
  });
  const done = await ended(created);
  assert.equal(done.status, 'failed');
  assert.equal(typeof done.error.code, 'string');
  assert.ok(done.error.message.length > 0);
});

test('a background response is cancelled, as often as one likes', async () => {
  const created = await client.responses.create({
    model: 'slow',
    input: question(),
    background: true,
  });
  const cancelled = await client.responses.cancel(created.id);
  assert.equal(cancelled.id, created.id);
  const done = await ended(created);
  assert.equal(done.status, 'cancelled');
  const again = await client.responses.cancel(created.id);
  assert.equal(again.status, 'cancelled');
});

test('cancelling what is finished changes nothing', async () => {
  const created = await client.responses.create({
    model: 'steady',
    input: question(),
    background: true,
  });
  const done = await ended(created);
  const after = await client.responses.cancel(created.id);
  assert.equal(after.status, 'completed');
  assert.deepEqual(after.output, done.output);
});

test('a background stream is taken up where it was left', async () => {
  const stream = await client.responses.create({
    model: 'leisurely',
    input: question(),
    background: true,
    stream: true,
  });
  const first = [];
  for await (const event of stream) {
    first.push(event);
    if (first.length === 10) {
      break;
    }
  }
  const { id } = first[0].response;
  const after = first.at(-1).sequence_number;
  const rest = await all(
    await client.responses.retrieve(id, { stream: true, starting_after: after }),
  );
  assert.deepEqual(
    [...first, ...rest].map((event) => event.sequence_number),
    Array.from({ length: first.length + rest.length }, (_, i) => i),
  );
  assert.equal(rest.at(-1).type, 'response.completed');
  const whole = await all(await client.responses.retrieve(id, { stream: true }));
  assert.deepEqual(whole.slice(first.length), rest);
  assert.deepEqual(
    whole.slice(0, first.length).map((event) => event.type),
    first.map((event) => event.type),
  );
});

test('stream() takes up a response by its id', async () => {
  const events = await all(
    await client.responses.create({
      model: 'paced',
      input: question(),
      background: true,
      stream: true,
    }),
  );
  const { id, output } = events.at(-1).response;
  const seen = [];
  const stream = client.responses.stream({ response_id: id, starting_after: 4 });
  stream.on('event', (event) => seen.push(event.sequence_number));
  const response = await stream.finalResponse();
  assert.equal(response.status, 'completed');
  assert.deepEqual(response.output[0].content[0].text, output[0].content[0].text);
  assert.equal(Math.min(...seen), 5);
});

test('a stream of a cancelled response just ends', async () => {
  const stream = await client.responses.create({
    model: 'leisurely',
    input: question(),
    background: true,
    stream: true,
  });
  const types = new Set();
  let id;
  for await (const event of stream) {
    id ??= event.response?.id;
    if (event.type === 'response.output_text.delta' && !types.has(event.type)) {
      await client.responses.cancel(id);
    }
    types.add(event.type);
  }
  assert.ok(!types.has('response.cancelled'));
  assert.ok(!types.has('response.completed'));
});

test('a stream of what was not streamed is not there', async () => {
  const { id } = await client.responses.create({ model: 'steady', input: question() });
  await assert.rejects(
    async () => all(await client.responses.retrieve(id, { stream: true })),
    (error) => [400, 404].includes(error.status),
  );
});
