import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadRequestError, NotFoundError } from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { all, client, question, refused, rival, steady } from './support.js';

const Answer = z.object({ count: z.number(), animal: z.string() });

const weather = {
  type: 'function',
  name: 'weather',
  description: 'The weather of a place.',
  strict: true,
  parameters: {
    type: 'object',
    properties: { place: { type: 'string' } },
    required: ['place'],
    additionalProperties: false,
  },
};

// Providers that have Responses, OpenAI's chat only, and Anthropic's messages.
const models = ['paced', 'plain', 'talker'];

const KEYS = [
  'background', 'completed_at', 'conversation', 'created_at', 'error', 'id', 'incomplete_details',
  'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'model', 'object', 'output',
  'parallel_tool_calls', 'previous_response_id', 'prompt_cache_key', 'reasoning',
  'safety_identifier', 'service_tier', 'status', 'store', 'temperature', 'text', 'tool_choice',
  'tools', 'top_logprobs', 'top_p', 'truncation', 'usage', 'user',
];

for (const model of models) {
  test(`create answers whole, model: ${model}`, async () => {
    const response = await client.responses.create({
      model,
      input: question(),
      instructions: 'Be brief.',
      metadata: { team: 'search' },
    });
    assert.match(response.id, /^resp_/);
    assert.match(response._request_id, /^req_/);
    assert.equal(response.object, 'response');
    assert.equal(response.status, 'completed');
    assert.ok(response.output_text.length > 0);
    assert.equal(response.instructions, 'Be brief.');
    assert.deepEqual(response.metadata, { team: 'search' });
    assert.equal(response.error, null);
    assert.equal(response.incomplete_details, null);
    assert.deepEqual(KEYS.filter((key) => !(key in response)), []);
    const [item] = response.output;
    assert.equal(item.type, 'message');
    assert.match(item.id, /^msg_/);
    assert.equal(item.content[0].type, 'output_text');
    assert.deepEqual(item.content[0].annotations, []);
    const { usage } = response;
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
    assert.equal(typeof usage.input_tokens_details.cached_tokens, 'number');
    assert.equal(typeof usage.output_tokens_details.reasoning_tokens, 'number');
  });

  test(`create streams every event in its order, model: ${model}`, async () => {
    const events = await all(
      await client.responses.create({ model, input: question(), stream: true }),
    );
    assert.deepEqual(
      events.map((event) => event.sequence_number),
      events.map((_, i) => i),
    );
    const types = events.map((event) => event.type).filter((type, i, every) => type !== every[i - 1]);
    assert.deepEqual(types, [
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const deltas = events.filter((event) => event.type === 'response.output_text.delta');
    const text = deltas.map((event) => event.delta).join('');
    assert.equal(events.at(-1).response.output[0].content[0].text, text);
    assert.ok(deltas.every((event) => Array.isArray(event.logprobs)));
    assert.equal(new Set(events.filter((e) => e.response).map((e) => e.response.id)).size, 1);
  });

  test(`stream() puts the events together, model: ${model}`, async () => {
    const stream = client.responses.stream({ model, input: question() });
    let heard = '';
    stream.on('response.output_text.delta', ({ delta }) => (heard += delta));
    const response = await stream.finalResponse();
    assert.equal(response.status, 'completed');
    assert.equal(response.output_text, heard);
  });
}

test('stream() puts a function call together', async () => {
  const stream = client.responses.stream({ model: 'handy', input: question(), tools: [weather] });
  const response = await stream.finalResponse();
  const call = response.output.find((item) => item.type === 'function_call');
  assert.match(call.call_id, /^call_/);
  assert.match(call.id, /^fc_/);
  assert.equal(call.name, 'weather');
  assert.equal(typeof JSON.parse(call.arguments).place, 'string');
});

test('parse() reads an answer by its schema', async () => {
  const response = await client.responses.parse({
    model: steady,
    input: question(),
    text: { format: zodTextFormat(Answer, 'answer') },
  });
  assert.equal(typeof response.output_parsed.count, 'number');
  assert.equal(typeof response.output_parsed.animal, 'string');
});

test('parse() reads the arguments of a function call by its schema', async () => {
  const response = await client.responses.parse({
    model: 'handy',
    input: question(),
    tools: [zodResponsesFunction({ name: 'count', parameters: Answer })],
  });
  const call = response.output.find((item) => item.type === 'function_call');
  assert.equal(typeof call.parsed_arguments.count, 'number');
});

test('stream() parses what it streamed', async () => {
  const stream = client.responses.stream({
    model: 'paced',
    input: question(),
    text: { format: zodTextFormat(Answer, 'answer') },
  });
  const response = await stream.finalResponse();
  assert.equal(typeof response.output_parsed.animal, 'string');
});

test('the output of a function is read', async () => {
  const input = [{ role: 'user', content: question() }];
  const first = await client.responses.create({ model: 'handy', input, tools: [weather] });
  const call = first.output.find((item) => item.type === 'function_call');
  const second = await client.responses.create({
    model: 'handy',
    tools: [weather],
    input: [
      ...input,
      ...first.output,
      { type: 'function_call_output', call_id: call.call_id, output: 'Sunny.' },
    ],
  });
  assert.ok(second.output_text.length > 0);
});

test('an answer that is cut off is incomplete', async () => {
  const response = await client.responses.create({
    model: 'leisurely',
    input: question(),
    max_output_tokens: 16,
  });
  assert.equal(response.status, 'incomplete');
  assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
});

test('a response is retrieved as it was created', async () => {
  const created = await client.responses.create({ model: steady, input: question() });
  const found = await client.responses.retrieve(created.id);
  assert.deepEqual({ ...found, _request_id: '' }, { ...created, _request_id: '' });
});

test('a response that is not stored is not found', async () => {
  const created = await client.responses.create({ model: steady, input: question(), store: false });
  assert.equal(created.store, false);
  await refused(client.responses.retrieve(created.id), NotFoundError, { status: 404 });
});

test('a response is there no more when it is deleted', async () => {
  const created = await client.responses.create({ model: steady, input: question() });
  await client.responses.delete(created.id);
  await refused(client.responses.retrieve(created.id), NotFoundError, { status: 404 });
  await refused(client.responses.delete(created.id), NotFoundError, { status: 404 });
});

test('another account does not see the response', async () => {
  const { id } = await client.responses.create({ model: steady, input: question() });
  await refused(rival.responses.retrieve(id), NotFoundError, { status: 404 });
  await refused(rival.responses.cancel(id), NotFoundError, { status: 404 });
  await refused(rival.responses.delete(id), NotFoundError, { status: 404 });
  await assert.rejects(all(rival.responses.inputItems.list(id)), NotFoundError);
  await assert.rejects(
    rival.responses.create({ model: steady, input: question(), previous_response_id: id }),
    (error) => [400, 404].includes(error.status),
  );
});

test('a conversation goes on from the response before', async () => {
  const first = await client.responses.create({ model: steady, input: 'My name is Anna.' });
  const second = await client.responses.create({
    model: steady,
    input: 'What is my name?',
    previous_response_id: first.id,
  });
  assert.equal(second.previous_response_id, first.id);
  assert.ok(second.usage.input_tokens > first.usage.input_tokens);
});

test('input items are listed page by page, each with an id', async () => {
  const input = ['one', 'two', 'three'].map((content) => ({ role: 'user', content }));
  const { id } = await client.responses.create({ model: steady, input });
  const items = await all(client.responses.inputItems.list(id, { limit: 2, order: 'asc' }));
  assert.equal(items.length, 3);
  assert.equal(new Set(items.map((item) => item.id)).size, 3);
  assert.deepEqual(
    items.map((item) => item.content[0].text),
    ['one', 'two', 'three'],
  );
  const newestFirst = await all(client.responses.inputItems.list(id));
  assert.deepEqual(newestFirst, items.toReversed());
});

test('only what runs in the background is cancelled', async () => {
  const { id } = await client.responses.create({ model: steady, input: question() });
  await refused(client.responses.cancel(id), BadRequestError, { status: 400 });
});

test('a response that is not there is not found', async () => {
  await refused(client.responses.retrieve('resp_none'), NotFoundError, {
    status: 404,
    type: 'invalid_request_error',
  });
});

test('what is wrong with a body is said', async () => {
  await refused(client.responses.create({ input: 'x' }), BadRequestError, { param: 'model' });
  await refused(client.responses.create({ model: 'none', input: 'x' }), NotFoundError, {
    code: 'model_not_found',
  });
  await refused(
    client.responses.create({ model: steady, input: 'x', temperature: 3 }),
    BadRequestError,
    { param: 'temperature', code: 'decimal_above_max_value' },
  );
  await refused(
    client.responses.create({ model: steady, input: 'x', previous_response_id: 'resp_none' }),
    BadRequestError,
    { param: 'previous_response_id', code: 'previous_response_not_found' },
  );
});

test('what the provider finds wrong is said, whole and in a stream', async () => {
  const body = { model: 'picky', input: question() };
  await assert.rejects(client.responses.create(body), BadRequestError);
  await assert.rejects(async () => {
    const events = await all(await client.responses.create({ ...body, stream: true }));
    assert.equal(events.at(-1).type, 'response.failed');
    throw new Error('a failed response is as good as an error');
  });
});
