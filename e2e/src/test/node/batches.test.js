import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APIError, BadRequestError, NotFoundError, toFile } from 'openai';
import { all, client, eventually, question, refused, rival } from './support.js';

const chat = '/v1/chat/completions';

function line(customId, body = {}, url = chat) {
  const messages = [{ role: 'user', content: question() }];
  return { custom_id: customId, method: 'POST', url, body: { model: 'steady', messages, ...body } };
}

async function batchOf(lines, params = {}) {
  const texts = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const file = await client.files.create({
    file: await toFile(Buffer.from(texts.join('\n') + '\n'), 'lines.jsonl'),
    purpose: 'batch',
  });
  return client.batches.create({
    input_file_id: file.id,
    endpoint: chat,
    completion_window: '24h',
    ...params,
  });
}

const ends = ['completed', 'failed', 'cancelled', 'expired'];

const ended = (batch) =>
  eventually(
    () => client.batches.retrieve(batch.id),
    ({ status }) => ends.includes(status),
  );

async function linesOf(fileId) {
  const content = await (await client.files.content(fileId)).text();
  assert.ok(content.endsWith('\n'));
  return content
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
}

test('a batch runs to its end, and its output holds every line', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `line-${i}`);
  const batch = await batchOf(
    ids.map((id) => line(id)),
    { metadata: { team: 'search' } },
  );
  assert.match(batch.id, /^batch_/);
  assert.equal(batch.object, 'batch');
  assert.equal(batch.endpoint, chat);
  assert.equal(batch.completion_window, '24h');
  assert.deepEqual(batch.metadata, { team: 'search' });
  assert.equal(batch.expires_at, batch.created_at + 24 * 3600);
  assert.ok(['validating', 'in_progress', 'completed'].includes(batch.status));

  const done = await ended(batch);
  assert.equal(done.status, 'completed');
  assert.deepEqual(done.request_counts, { total: 20, completed: 20, failed: 0 });
  assert.ok(done.completed_at >= done.in_progress_at);
  assert.equal(done.errors, null);
  assert.equal(done.error_file_id ?? null, null);
  assert.equal(done.usage.output_tokens, 20 * 12);
  assert.equal(done.usage.total_tokens, done.usage.input_tokens + done.usage.output_tokens);

  const output = await linesOf(done.output_file_id);
  assert.deepEqual(output.map((one) => one.custom_id).sort(), ids.toSorted());
  for (const { id, response, error } of output) {
    assert.match(id, /^batch_req_/);
    assert.equal(error, null);
    assert.equal(response.status_code, 200);
    assert.match(response.request_id, /^req_/);
    assert.equal(response.body.object, 'chat.completion');
  }
  const file = await client.files.retrieve(done.output_file_id);
  assert.equal(file.purpose, 'batch_output');
  const bytes = await (await client.files.content(done.output_file_id)).arrayBuffer();
  assert.equal(file.bytes, bytes.byteLength);
});

test('lines that fail are in the error file', async () => {
  const batch = await batchOf([line('good'), line('bad', { model: 'picky' })]);
  const done = await ended(batch);
  assert.equal(done.status, 'completed');
  assert.deepEqual(done.request_counts, { total: 2, completed: 1, failed: 1 });
  const [good] = await linesOf(done.output_file_id);
  const [bad] = await linesOf(done.error_file_id);
  assert.equal(good.custom_id, 'good');
  assert.equal(bad.custom_id, 'bad');
  assert.equal(bad.response.status_code, 400);
  assert.match(bad.response.body.error.message, /not like this/);
});

test('a file that is no batch fails with the lines at fault', async () => {
  const batch = await batchOf([line('a'), '{"custom_id":', line('a'), line('c', {}, '/v1/embeddings')]);
  const failed = await ended(batch);
  assert.equal(failed.status, 'failed');
  assert.ok(failed.failed_at >= failed.created_at);
  assert.equal(failed.errors.object, 'list');
  const at = new Map(failed.errors.data.map((error) => [error.line, error]));
  assert.deepEqual([...at.keys()].sort(), [2, 3, 4]);
  assert.equal(at.get(2).code, 'invalid_json_line');
  assert.equal(at.get(3).code, 'duplicate_custom_id');
  assert.ok(at.get(4).message.length > 0);
  assert.equal(failed.output_file_id ?? null, null);
});

test('a batch of embeddings runs', async () => {
  const embedding = {
    custom_id: 'e',
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: 'org/embed:1', input: question() },
  };
  const done = await ended(await batchOf([embedding], { endpoint: '/v1/embeddings' }));
  assert.equal(done.status, 'completed');
  const [output] = await linesOf(done.output_file_id);
  assert.equal(output.response.body.data[0].object, 'embedding');
});

test('a batch of responses runs', async () => {
  const asked = {
    custom_id: 'r',
    method: 'POST',
    url: '/v1/responses',
    body: { model: 'steady', input: question() },
  };
  const done = await ended(await batchOf([asked], { endpoint: '/v1/responses' }));
  assert.equal(done.status, 'completed');
  const [output] = await linesOf(done.output_file_id);
  assert.equal(output.response.body.object, 'response');
  assert.equal(output.response.body.status, 'completed');
});

test('a batch is cancelled, and its waiting lines end at once', async () => {
  const batch = await batchOf(
    Array.from({ length: 200 }, (_, i) => line(`slow-${i}`, { model: 'slow' })),
  );
  await eventually(
    () => client.batches.retrieve(batch.id),
    ({ status }) => status === 'in_progress',
  );
  const cancelling = await client.batches.cancel(batch.id);
  assert.ok(['cancelling', 'cancelled'].includes(cancelling.status));
  assert.ok(cancelling.cancelling_at >= batch.created_at);
  await client.batches.retrieve(batch.id);
});

test('batches are listed newest first, page by page', async () => {
  const created = [];
  for (let i = 0; i < 3; i += 1) {
    created.push((await batchOf([line('one')])).id);
  }
  const page = await client.batches.list({ limit: 2 });
  assert.equal(page.data.length, 2);
  assert.equal(page.has_more, true);
  const ids = (await all(client.batches.list({ limit: 2 }))).map(({ id }) => id);
  assert.deepEqual(ids.slice(0, 3), created.toReversed());
});

test('another account does not see the batch', async () => {
  const batch = await batchOf([line('mine')]);
  await refused(rival.batches.retrieve(batch.id), NotFoundError, { status: 404 });
  await refused(rival.batches.cancel(batch.id), NotFoundError, { status: 404 });
  assert.ok(!(await all(rival.batches.list())).some(({ id }) => id === batch.id));
  const done = await ended(batch);
  await refused(rival.files.content(done.output_file_id), NotFoundError, { status: 404 });
});

test('a batch without its file is refused', async () => {
  await assert.rejects(
    client.batches.create({
      input_file_id: 'file-none',
      endpoint: chat,
      completion_window: '24h',
    }),
    (error) => {
      assert.ok(error instanceof APIError);
      assert.ok([400, 404].includes(error.status));
      assert.equal(error.param, 'input_file_id');
      return true;
    },
  );
});

test('a window, an endpoint and a file that do not fit are refused', async () => {
  await refused(batchOf([line('a')], { completion_window: '5m' }), BadRequestError, {
    param: 'completion_window',
  });
  await refused(batchOf([line('a')], { endpoint: '/v1/videos' }), BadRequestError, {
    param: 'endpoint',
  });
  const file = await client.files.create({
    file: await toFile(Buffer.from('{}'), 'x.jsonl'),
    purpose: 'user_data',
  });
  await refused(
    client.batches.create({ input_file_id: file.id, endpoint: chat, completion_window: '24h' }),
    BadRequestError,
    { param: 'input_file_id' },
  );
});

test('a window of an hour is a window', async () => {
  const batch = await batchOf([line('a')], { completion_window: '1h' });
  assert.equal(batch.expires_at, batch.created_at + 3600);
});

test('a batch that is not there is not found', async () => {
  await refused(client.batches.retrieve('batch_none'), NotFoundError, { status: 404 });
  await refused(client.batches.cancel('batch_none'), NotFoundError, { status: 404 });
});
