// What the suites share. Address and keys of the running Millrace come from the environment.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import OpenAI from 'openai';

export const baseURL = required('MILLRACE_BASE_URL');

export const client = clientOf(required('MILLRACE_API_KEY'));

/** Of an account whose hard budget holds nothing. */
export const pauper = clientOf(required('MILLRACE_PAUPER_KEY'));

/** Of an account that must see nothing of the first one. */
export const rival = clientOf(required('MILLRACE_RIVAL_KEY'));

export const steady = 'steady';

let prompts = 0;

/** A question that no other test asks: the simulator's faults count by body. */
export function question() {
  prompts += 1;
  return `How many geese are ${process.pid} and ${prompts} geese?`;
}

export function messages(content = question()) {
  return [{ role: 'user', content }];
}

export function clientOf(apiKey, options = {}) {
  return new OpenAI({ apiKey, baseURL, ...options });
}

/** A client with the first account's key that counts its HTTP calls. */
export function countingClient(options = {}) {
  const calls = [];
  const counting = (url, init) => {
    calls.push(String(url));
    return fetch(url, init);
  };
  return { calls, client: clientOf(process.env.MILLRACE_API_KEY, { ...options, fetch: counting }) };
}

/** The first answer that pleases, asked for again and again until the time is up. */
export async function eventually(ask, pleases, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      assert.fail(`not in ${seconds} s; the last answer was ${JSON.stringify(answer)}`);
    }
    await pause(50);
  }
}

export async function all(iterable) {
  const found = [];
  for await (const one of iterable) {
    found.push(one);
  }
  return found;
}

/** Fails with an error of the SDK's class whose fields are these. */
export function refused(promise, type, fields) {
  return assert.rejects(promise, (error) => {
    assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
    for (const [name, value] of Object.entries(fields)) {
      assert.deepEqual(error[name], value, `${name} of: ${error.message}`);
    }
    return true;
  });
}

function required(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}
