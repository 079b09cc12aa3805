// Models, embeddings and moderations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadRequestError, NotFoundError } from 'openai';
import { all, client, question, refused } from './support.js';

const embed = 'org/embed:1';

test('models are listed with an owner', async () => {
  const models = await all(client.models.list());
  const ids = models.map((model) => model.id);
  assert.ok(ids.includes('steady'));
  assert.ok(ids.includes(embed));
  for (const model of models) {
    assert.equal(model.object, 'model');
    assert.ok(Number.isInteger(model.created));
    assert.ok(model.owned_by.length > 0);
  }
});

test('a model is retrieved by a name with a slash', async () => {
  const model = await client.models.retrieve(embed);
  assert.equal(model.id, embed);
});

test('a model that is not there is not found', async () => {
  await refused(client.models.retrieve('none'), NotFoundError, {
    status: 404,
    code: 'model_not_found',
    param: 'model',
    type: 'invalid_request_error',
  });
});

test('embeddings come as numbers when nothing is said of their form', async () => {
  const { data, usage, object } = await client.embeddings.create({
    model: embed,
    input: [question(), question()],
  });
  assert.equal(object, 'list');
  assert.deepEqual(
    data.map((one) => one.index),
    [0, 1],
  );
  for (const { embedding } of data) {
    assert.ok(embedding.length > 1);
    assert.ok(Array.from(embedding).every(Number.isFinite));
  }
  assert.ok(usage.prompt_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens);
});

test('embeddings are the same in both forms', async () => {
  const input = question();
  const floats = await client.embeddings.create({ model: embed, input, encoding_format: 'float' });
  const decoded = await client.embeddings.create({ model: embed, input });
  const base64 = await client.embeddings.create({ model: embed, input, encoding_format: 'base64' });
  const expected = floats.data[0].embedding;
  assert.ok(Array.isArray(expected));
  assert.equal(typeof base64.data[0].embedding, 'string');
  assert.deepEqual(
    Array.from(decoded.data[0].embedding),
    expected.map((value) => Math.fround(value)),
  );
});

test('embeddings have as many dimensions as asked for', async () => {
  const { data } = await client.embeddings.create({
    model: embed,
    input: question(),
    dimensions: 8,
    encoding_format: 'float',
  });
  assert.equal(data[0].embedding.length, 8);
});

test('embeddings take tokens in the place of text', async () => {
  const one = await client.embeddings.create({ model: embed, input: [1, 2, 3] });
  const two = await client.embeddings.create({ model: embed, input: [[1, 2, 3], [4]] });
  assert.equal(one.data.length, 1);
  assert.equal(two.data.length, 2);
});

test('an input without text is refused', async () => {
  await refused(client.embeddings.create({ model: embed, input: [] }), BadRequestError, {
    code: 'empty_array',
    param: 'input',
  });
});

test('moderations tell what is flagged', async () => {
  const model = 'omni-moderation-latest';
  const { results, id } = await client.moderations.create({ model, input: [question(), 'Hello.'] });
  assert.match(id, /^modr-/);
  assert.equal(results.length, 2);
  assert.equal(typeof results[0].flagged, 'boolean');
  assert.equal(typeof results[0].categories['self-harm/intent'], 'boolean');
  assert.equal(typeof results[0].category_scores.violence, 'number');
});

test('moderations know a model when none is named', async () => {
  const { results } = await client.moderations.create({ input: 'Hello.' });
  assert.equal(results.length, 1);
});

test('a model that cannot moderate says so', async () => {
  await assert.rejects(client.moderations.create({ model: 'talker', input: 'x' }), (error) => {
    assert.ok([400, 404].includes(error.status), `${error.status} ${error.message}`);
    return true;
  });
});
