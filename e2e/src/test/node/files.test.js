import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BadRequestError, NotFoundError, toFile } from 'openai';
import { all, client, clientOf, refused, rival } from './support.js';

const text = '{"custom_id":"a"}\n{"custom_id":"ø"}\n';
let directory;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-files-'));
});

after(() => rm(directory, { recursive: true }));

async function upload(purpose = 'user_data', name = 'lines.jsonl', content = text) {
  return client.files.create({ file: await toFile(Buffer.from(content), name), purpose });
}

test('a file is uploaded from a stream', async () => {
  const path = join(directory, 'prompts.jsonl');
  await writeFile(path, text);
  const file = await client.files.create({ file: createReadStream(path), purpose: 'batch' });
  assert.match(file.id, /^file-/);
  assert.equal(file.object, 'file');
  assert.equal(file.filename, 'prompts.jsonl');
  assert.equal(file.bytes, Buffer.byteLength(text));
  assert.equal(file.purpose, 'batch');
  assert.ok(['uploaded', 'processed'].includes(file.status));
  assert.ok(Math.abs(file.created_at - Date.now() / 1000) < 60);
  assert.equal(file.expires_at, file.created_at + 30 * 24 * 3600);
});

test('a file is retrieved as it was created', async () => {
  const file = await upload();
  const found = await client.files.retrieve(file.id);
  assert.equal(found.id, file.id);
  assert.equal(found.bytes, file.bytes);
  assert.equal(found.filename, file.filename);
  assert.equal(found.created_at, file.created_at);
});

test('the content of a file is the bytes that were sent', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  const file = await client.files.create({
    file: await toFile(bytes, 'bytes.bin'),
    purpose: 'user_data',
  });
  const content = await client.files.content(file.id);
  assert.ok(Buffer.from(await content.arrayBuffer()).equals(bytes));
});

test('a large file goes up and comes down whole', async () => {
  const large = Buffer.alloc(20 * 1024 * 1024, 'millrace ');
  const file = await client.files.create({
    file: await toFile(large, 'large.txt'),
    purpose: 'user_data',
  });
  assert.equal(file.bytes, large.length);
  const content = await client.files.content(file.id);
  assert.ok(Buffer.from(await content.arrayBuffer()).equals(large));
  await client.files.delete(file.id);
});

test('a file expires when its owner says so', async () => {
  const file = await client.files.create({
    file: await toFile(Buffer.from(text), 'short.txt'),
    purpose: 'user_data',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  assert.equal(file.expires_at, file.created_at + 3600);
});

test('files are listed newest first, page by page', async () => {
  const created = [];
  for (let i = 0; i < 5; i += 1) {
    created.push((await upload('vision', `${i}.png`)).id);
  }
  const page = await client.files.list({ purpose: 'vision', limit: 2 });
  assert.equal(page.data.length, 2);
  assert.equal(page.has_more, true);
  const ids = (await all(client.files.list({ purpose: 'vision', limit: 2 }))).map(({ id }) => id);
  assert.deepEqual(ids.slice(0, 5), created.toReversed());
  assert.equal(new Set(ids).size, ids.length);
  const oldestFirst = await all(client.files.list({ purpose: 'vision', limit: 2, order: 'asc' }));
  assert.deepEqual(oldestFirst.map(({ id }) => id).slice(-5), created);
});

test('a file is there no more when it is deleted', async () => {
  const file = await upload();
  const deleted = await client.files.delete(file.id);
  assert.deepEqual(
    { id: deleted.id, object: deleted.object, deleted: deleted.deleted },
    { id: file.id, object: 'file', deleted: true },
  );
  await refused(client.files.retrieve(file.id), NotFoundError, { status: 404, param: 'id' });
  await refused(client.files.content(file.id), NotFoundError, { status: 404 });
  await refused(client.files.delete(file.id), NotFoundError, { status: 404 });
  const ids = (await all(client.files.list())).map(({ id }) => id);
  assert.ok(!ids.includes(file.id));
});

test('waitForProcessing() comes back', async () => {
  const file = await upload();
  const ready = await client.files.waitForProcessing(file.id, { pollInterval: 50, maxWait: 5000 });
  assert.equal(ready.status, 'processed');
});

test('a file that is not there is not found', async () => {
  await refused(client.files.retrieve('file-none'), NotFoundError, {
    status: 404,
    param: 'id',
    type: 'invalid_request_error',
  });
});

test('another account does not see the file', async () => {
  const file = await upload();
  await refused(rival.files.retrieve(file.id), NotFoundError, { status: 404 });
  await refused(rival.files.content(file.id), NotFoundError, { status: 404 });
  await refused(rival.files.delete(file.id), NotFoundError, { status: 404 });
  assert.ok(!(await all(rival.files.list())).some(({ id }) => id === file.id));
});

test('a purpose that is none is refused', async () => {
  await refused(upload('fun'), BadRequestError, { status: 400, param: 'purpose' });
});

test('a body that is no form is refused', async () => {
  await refused(client.post('/files', { body: { purpose: 'batch' } }), BadRequestError, {
    status: 400,
  });
});

test('an upload without a key is refused, and the next one is served', async () => {
  const stranger = clientOf('no-key-of-anybody');
  await assert.rejects(
    async () =>
      stranger.files.create({ file: await toFile(Buffer.from(text), 'x'), purpose: 'batch' }),
    (error) => error.status === 401,
  );
  assert.ok(await upload());
});

test('a message may name a file', async () => {
  const file = await upload('user_data', 'note.txt', 'The mill is closed.');
  const part = { type: 'file', file: { file_id: file.id } };
  const completion = await client.chat.completions.create({
    model: 'steady',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What does it say?' }, part] }],
  });
  assert.equal(completion.choices[0].finish_reason, 'stop');
});
