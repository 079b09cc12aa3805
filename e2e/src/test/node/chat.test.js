import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { LengthFinishReasonError } from 'openai/core/error';
import { z } from 'zod';
import { all, client, messages, question, steady } from './support.js';

const Answer = z.object({ count: z.number(), animal: z.string() });

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a place.',
    parameters: {
      type: 'object',
      properties: { place: { type: 'string' } },
      required: ['place'],
      additionalProperties: false,
    },
  },
};

test('create answers whole', async () => {
  const completion = await client.chat.completions.create({ model: steady, messages: messages() });
  assert.equal(completion.object, 'chat.completion');
  assert.match(completion.id, /^chatcmpl-/);
  assert.ok(Number.isInteger(completion.created));
  assert.match(completion._request_id, /^req_[0-9a-f]+$/);
  const [choice] = completion.choices;
  assert.equal(choice.index, 0);
  assert.equal(choice.finish_reason, 'stop');
  assert.equal(choice.logprobs, null);
  assert.equal(choice.message.role, 'assistant');
  assert.equal(choice.message.content.split(' ').length, 12);
  assert.equal(choice.message.refusal, null);
  assert.equal(completion.usage.completion_tokens, 12);
  const { prompt_tokens, completion_tokens, total_tokens } = completion.usage;
  assert.equal(total_tokens, prompt_tokens + completion_tokens);
});

test('create gives as many choices as asked for', async () => {
  const completion = await client.chat.completions.create({
    model: steady,
    messages: messages(),
    n: 3,
  });
  assert.deepEqual(
    completion.choices.map((choice) => choice.index),
    [0, 1, 2],
  );
});

test('create shows the head of the answer', async () => {
  const { data, response, request_id } = await client.chat.completions
    .create({ model: steady, messages: messages() })
    .withResponse();
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-request-id'), request_id);
  assert.equal(data._request_id, request_id);
});

test('create streams chunks of one id', async () => {
  const stream = await client.chat.completions.create({
    model: 'paced',
    messages: messages(),
    stream: true,
  });
  const chunks = await all(stream);
  assert.equal(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created} ${chunk.model}`)).size, 1);
  assert.ok(chunks.every((chunk) => chunk.object === 'chat.completion.chunk'));
  assert.ok(chunks.every((chunk) => !('usage' in chunk)));
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');
  assert.equal(text.split(' ').length, 12);
});

test('create streams the usage last when asked for it', async () => {
  const stream = await client.chat.completions.create({
    model: steady,
    messages: messages(),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await all(stream);
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.completion_tokens, 12);
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
});

test('a stream left in the middle ends, and the next call is served', async () => {
  const stream = await client.chat.completions.create({
    model: 'paced',
    messages: messages(),
    stream: true,
  });
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    break;
  }
  assert.ok(await client.chat.completions.create({ model: steady, messages: messages() }));
});

test('stream() puts the chunks together', async () => {
  const stream = client.chat.completions.stream({
    model: 'paced',
    messages: messages(),
    stream_options: { include_usage: true },
  });
  let heard = '';
  stream.on('content', (delta) => (heard += delta));
  const completion = await stream.finalChatCompletion();
  assert.equal(heard, completion.choices[0].message.content);
  assert.equal((await stream.totalUsage()).completion_tokens, 12);
});

test('stream() keeps several choices apart', async () => {
  const stream = client.chat.completions.stream({ model: 'paced', messages: messages(), n: 2 });
  const { choices } = await stream.finalChatCompletion();
  assert.deepEqual(
    choices.map(({ index, finish_reason }) => [index, finish_reason]),
    [
      [0, 'stop'],
      [1, 'stop'],
    ],
  );
});

test('stream() puts tool calls together', async () => {
  const stream = client.chat.completions.stream({
    model: 'handy',
    messages: messages(),
    tools: [weather],
  });
  const completion = await stream.finalChatCompletion();
  const [choice] = completion.choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  const [call] = choice.message.tool_calls;
  assert.equal(call.type, 'function');
  assert.equal(call.function.name, 'weather');
  assert.equal(typeof JSON.parse(call.function.arguments).place, 'string');
});

test('parse() reads an answer by its schema', async () => {
  const completion = await client.chat.completions.parse({
    model: steady,
    messages: messages(),
    response_format: zodResponseFormat(Answer, 'answer'),
  });
  const { parsed } = completion.choices[0].message;
  assert.equal(typeof parsed.count, 'number');
  assert.equal(typeof parsed.animal, 'string');
});

test('parse() reads the arguments of a tool call by its schema', async () => {
  const completion = await client.chat.completions.parse({
    model: 'handy',
    messages: messages(),
    tools: [zodFunction({ name: 'count', parameters: Answer })],
  });
  const [call] = completion.choices[0].message.tool_calls;
  assert.equal(typeof call.function.parsed_arguments.count, 'number');
});

test('parse() throws when the answer was cut off', async () => {
  await assert.rejects(
    client.chat.completions.parse({
      model: steady,
      messages: messages(),
      max_completion_tokens: 1,
      response_format: zodResponseFormat(Answer, 'answer'),
    }),
    LengthFinishReasonError,
  );
});

test('stream() parses what it streamed', async () => {
  const stream = client.chat.completions.stream({
    model: 'paced',
    messages: messages(),
    response_format: zodResponseFormat(Answer, 'answer'),
  });
  const completion = await stream.finalChatCompletion();
  assert.equal(typeof completion.choices[0].message.parsed.animal, 'string');
});

test('a tool that must be called is called, and its result is read', async () => {
  const asked = messages();
  const first = await client.chat.completions.create({
    model: steady,
    messages: asked,
    tools: [weather],
    tool_choice: { type: 'function', function: { name: 'weather' } },
  });
  const { message } = first.choices[0];
  const [call] = message.tool_calls;
  assert.equal(message.content, null);
  assert.equal(call.function.name, 'weather');
  const second = await client.chat.completions.create({
    model: steady,
    messages: [...asked, message, { role: 'tool', tool_call_id: call.id, content: 'Sunny.' }],
    tools: [weather],
  });
  assert.equal(second.choices[0].finish_reason, 'stop');
});

for (const stream of [false, true]) {
  test(`runTools() calls the function and goes on, stream: ${stream}`, async () => {
    const places = [];
    const runner = client.chat.completions.runTools({
      model: 'handy',
      messages: messages(),
      stream,
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: ({ place }) => {
              places.push(place);
              return `Sunny in ${place}.`;
            },
          },
        },
      ],
    });
    const content = await runner.finalContent();
    assert.equal(content.split(' ').length, 12);
    assert.equal(places.length, 1);
    assert.deepEqual(
      runner.messages.map((message) => message.role),
      ['user', 'assistant', 'tool', 'assistant'],
    );
  });
}

test('every kind of content part is taken', async () => {
  const completion = await client.chat.completions.create({
    model: steady,
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'system', content: 'In Norwegian.' },
      {
        role: 'user',
        name: 'anna',
        content: [
          { type: 'text', text: question() },
          { type: 'image_url', image_url: { url: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' } },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          {
            type: 'file',
            file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          },
        ],
      },
    ],
  });
  assert.equal(completion.choices[0].finish_reason, 'stop');
});

test('a call that does not wait is collected later', async () => {
  const { response } = await client.chat.completions
    .create({ model: steady, messages: messages() }, { headers: { Prefer: 'respond-async' } })
    .withResponse();
  assert.equal(response.status, 202);
  const request = await client.get(response.headers.get('location').replace('/v1', ''), {
    headers: { Prefer: 'wait=20' },
  });
  assert.equal(request.status, 'completed');
  assert.equal(request.response.body.object, 'chat.completion');
});
