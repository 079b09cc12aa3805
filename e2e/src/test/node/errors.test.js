import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { client, clientOf, countingClient, messages, pauper, refused, steady } from './support.js';

const create = (params, options) =>
  client.chat.completions.create({ model: steady, messages: messages(), ...params }, options);

test('a wrong key is an AuthenticationError', async () => {
  const stranger = clientOf('no-key-of-anybody');
  await refused(stranger.models.list(), AuthenticationError, {
    status: 401,
    code: 'invalid_api_key',
    type: 'invalid_request_error',
  });
});

test('the key may come as it comes to Azure', async () => {
  const azure = clientOf('unused', {
    defaultHeaders: { Authorization: null, 'api-key': process.env.MILLRACE_API_KEY },
  });
  assert.ok(await azure.models.list());
});

test('an organization and a project are taken and ignored', async () => {
  const member = clientOf(process.env.MILLRACE_API_KEY, { organization: 'org-1', project: 'proj_1' });
  assert.ok(await member.models.list());
});

test('an error has the id of its request', async () => {
  await assert.rejects(create({ model: 'none' }), (error) => {
    assert.match(error.requestID, /^req_[0-9a-f]+$/);
    assert.equal(error.headers.get('x-request-id'), error.requestID);
    return true;
  });
});

test('an unknown model is a NotFoundError', async () => {
  await refused(create({ model: 'none' }), NotFoundError, {
    status: 404,
    code: 'model_not_found',
    param: 'model',
  });
});

test('an unknown URL is a NotFoundError', async () => {
  await assert.rejects(client.post('/nothing', { body: {} }), (error) => {
    assert.ok(error instanceof NotFoundError);
    assert.match(error.message, /Invalid URL \(POST \/v1\/nothing\)/);
    return true;
  });
});

test('stored completions are not offered', async () => {
  await assert.rejects(client.chat.completions.list(), (error) => {
    assert.ok([404, 405].includes(error.status));
    return true;
  });
  await refused(client.chat.completions.retrieve('chatcmpl-1'), NotFoundError, { status: 404 });
});

test('a wrong field is a BadRequestError that names it', async () => {
  await refused(create({ temperature: 3 }), BadRequestError, {
    status: 400,
    code: 'decimal_above_max_value',
    param: 'temperature',
    type: 'invalid_request_error',
  });
  await refused(create({ messages: [{ role: 'user' }] }), BadRequestError, {
    code: 'missing_required_parameter',
    param: 'messages[0].content',
  });
});

test('a wrong field in a stream is refused before the stream begins', async () => {
  await refused(create({ stream: true, n: 0 }), BadRequestError, {
    code: 'integer_below_min_value',
    param: 'n',
  });
});

test('a used Idempotency-Key is a ConflictError and not tried again', async () => {
  const { client: counting, calls } = countingClient();
  const options = { headers: { 'Idempotency-Key': `conflict-${process.pid}` } };
  await create({}, options);
  await refused(
    counting.chat.completions.create({ model: steady, messages: messages() }, options),
    ConflictError,
    { status: 409, code: 'idempotency_key_reused' },
  );
  assert.equal(calls.length, 1);
});

test('a repeated Idempotency-Key gives the same answer', async () => {
  const options = { headers: { 'Idempotency-Key': `same-${process.pid}` } };
  const params = { messages: messages() };
  const [first, second] = [await create(params, options), await create(params, options)];
  assert.equal(second.id, first.id);
  assert.equal(second._request_id, first._request_id);
});

test('an empty budget is a RateLimitError and not tried again', async () => {
  const { client: counting, calls } = countingClient({ apiKey: process.env.MILLRACE_PAUPER_KEY });
  await refused(
    counting.chat.completions.create({ model: steady, messages: messages() }),
    RateLimitError,
    { status: 429, code: 'organization_spend_limit_exceeded', type: 'insufficient_quota' },
  );
  assert.equal(calls.length, 1);
  await assert.rejects(
    pauper.chat.completions.create({ model: steady, messages: messages() }),
    (error) => error.headers.get('x-should-retry') === 'false',
  );
});

test('a provider that fails is an InternalServerError', async () => {
  const impatient = clientOf(process.env.MILLRACE_API_KEY, { maxRetries: 0 });
  await assert.rejects(
    impatient.chat.completions.create({ model: 'broken', messages: messages() }),
    (error) => {
      assert.ok(error instanceof InternalServerError);
      assert.ok(error.message.length > 0);
      return true;
    },
  );
});

test('what the provider finds wrong is a BadRequestError with its words', async () => {
  await assert.rejects(create({ model: 'picky' }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.match(error.message, /not like this/);
    return true;
  });
});

test('an aborted call is an APIUserAbortError', async () => {
  const controller = new AbortController();
  const call = create({ model: 'slow' }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 200);
  await assert.rejects(call, APIUserAbortError);
  assert.ok(await create({}));
});

test('a call that takes too long is an APIConnectionTimeoutError', async () => {
  await assert.rejects(
    create({ model: 'slow' }, { timeout: 300, maxRetries: 0 }),
    APIConnectionTimeoutError,
  );
});

test('a stream that breaks throws an APIError and hangs nobody', async () => {
  await assert.rejects(
    async () => {
      const stream = await create({ model: 'torn', stream: true });
      for await (const chunk of stream) {
        assert.ok(chunk.id);
      }
    },
    (error) => error instanceof APIError || error instanceof APIConnectionError,
  );
});
