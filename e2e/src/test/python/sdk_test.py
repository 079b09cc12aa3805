"""OpenAI's own client for Python against a running Millrace.

Address and keys come from the environment.
"""

import io
import json
import os
import time
import unittest

import openai
from openai import OpenAI
from pydantic import BaseModel

BASE_URL = os.environ["MILLRACE_BASE_URL"]
CLIENT = OpenAI(base_url=BASE_URL, api_key=os.environ["MILLRACE_API_KEY"])
MESSAGES = [{"role": "user", "content": "How many geese are two geese?"}]
WORDS = 12
MODELS = ("paced", "plain", "talker")


class Answer(BaseModel):
    count: int
    animal: str


def eventually(ask, pleases, seconds=30):
    """The first answer that pleases."""
    end = time.monotonic() + seconds
    while not pleases(answer := ask()):
        if time.monotonic() > end:
            raise AssertionError(f"not in {seconds} s: {answer}")
        time.sleep(0.05)
    return answer


class ChatTest(unittest.TestCase):
    def test_create(self):
        completion = CLIENT.chat.completions.create(model="steady", messages=MESSAGES)
        self.assertEqual(WORDS, len(completion.choices[0].message.content.split()))
        self.assertEqual(WORDS, completion.usage.completion_tokens)
        self.assertTrue(completion._request_id.startswith("req_"))

    def test_stream(self):
        chunks = list(
            CLIENT.chat.completions.create(
                model="paced",
                messages=MESSAGES,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        self.assertEqual(1, len({chunk.id for chunk in chunks}))
        self.assertEqual(WORDS, chunks[-1].usage.completion_tokens)

    def test_stream_helper(self):
        with CLIENT.chat.completions.stream(model="paced", messages=MESSAGES) as stream:
            completion = stream.get_final_completion()
        self.assertEqual(WORDS, len(completion.choices[0].message.content.split()))

    def test_parse(self):
        completion = CLIENT.chat.completions.parse(
            model="steady", messages=MESSAGES, response_format=Answer
        )
        self.assertIsInstance(completion.choices[0].message.parsed, Answer)


class CatalogueTest(unittest.TestCase):
    def test_embeddings(self):
        usual = CLIENT.embeddings.create(model="org/embed:1", input=["a", "b"])
        floats = CLIENT.embeddings.create(
            model="org/embed:1", input=["a", "b"], encoding_format="float"
        )
        self.assertEqual(2, len(usual.data))
        for one, other in zip(usual.data[1].embedding, floats.data[1].embedding, strict=True):
            self.assertAlmostEqual(one, other, places=6)

    def test_models(self):
        self.assertIn("steady", [model.id for model in CLIENT.models.list()])
        self.assertEqual("sim", CLIENT.models.retrieve("org/embed:1").owned_by)

    def test_moderations(self):
        self.assertFalse(CLIENT.moderations.create(input="Hello.").results[0].flagged)


class ResponsesTest(unittest.TestCase):
    def test_create(self):
        for model in MODELS:
            with self.subTest(model):
                response = CLIENT.responses.create(model=model, input="Hello.")
                self.assertEqual("completed", response.status)
                self.assertTrue(response.output_text)

    def test_stream_helper(self):
        for model in MODELS:
            with self.subTest(model):
                with CLIENT.responses.stream(model=model, input="Hello.") as stream:
                    response = stream.get_final_response()
                self.assertTrue(response.output_text)

    def test_parse(self):
        response = CLIENT.responses.parse(model="steady", input="Hello.", text_format=Answer)
        self.assertIsInstance(response.output_parsed, Answer)

    def test_background_and_delete(self):
        created = CLIENT.responses.create(model="paced", input="Hello.", background=True)
        done = eventually(
            lambda: CLIENT.responses.retrieve(created.id),
            lambda response: response.status not in ("queued", "in_progress"),
        )
        self.assertEqual("completed", done.status)
        self.assertEqual(1, len(list(CLIENT.responses.input_items.list(created.id))))
        CLIENT.responses.delete(created.id)
        with self.assertRaises(openai.NotFoundError):
            CLIENT.responses.retrieve(created.id)

    def test_resume(self):
        events = list(
            CLIENT.responses.create(model="paced", input="Hello.", background=True, stream=True)
        )
        rest = list(
            CLIENT.responses.retrieve(events[0].response.id, stream=True, starting_after=4)
        )
        self.assertEqual([e.type for e in events[5:]], [e.type for e in rest])


class FilesAndBatchesTest(unittest.TestCase):
    def test_file(self):
        file = CLIENT.files.create(file=("a.txt", b"hello"), purpose="user_data")
        self.assertEqual(("a.txt", 5), (file.filename, file.bytes))
        self.assertEqual("hello", CLIENT.files.content(file.id).text)
        self.assertTrue(CLIENT.files.delete(file.id).deleted)

    def test_batch(self):
        lines = [
            {
                "custom_id": f"line-{i}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": {"model": "steady", "messages": MESSAGES},
            }
            for i in range(5)
        ]
        content = io.BytesIO("\n".join(map(json.dumps, lines)).encode())
        content.name = "lines.jsonl"
        file = CLIENT.files.create(file=content, purpose="batch")
        batch = CLIENT.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        done = eventually(
            lambda: CLIENT.batches.retrieve(batch.id),
            lambda now: now.status in ("completed", "failed", "expired", "cancelled"),
        )
        self.assertEqual(("completed", 5), (done.status, done.request_counts.completed))
        output = CLIENT.files.content(done.output_file_id).text.splitlines()
        self.assertEqual(
            {line["custom_id"] for line in lines},
            {json.loads(line)["custom_id"] for line in output},
        )


class ErrorsTest(unittest.TestCase):
    def test_classes(self):
        stranger = OpenAI(base_url=BASE_URL, api_key="no-key-of-anybody")
        pauper = OpenAI(base_url=BASE_URL, api_key=os.environ["MILLRACE_PAUPER_KEY"])
        create = CLIENT.chat.completions.create
        calls = (
            (openai.AuthenticationError, "invalid_api_key", stranger.models.list),
            (
                openai.NotFoundError,
                "model_not_found",
                lambda: create(model="none", messages=MESSAGES),
            ),
            (
                openai.BadRequestError,
                "decimal_above_max_value",
                lambda: create(model="steady", messages=MESSAGES, temperature=3),
            ),
            (
                openai.RateLimitError,
                "organization_spend_limit_exceeded",
                lambda: pauper.chat.completions.create(model="steady", messages=MESSAGES),
            ),
        )
        for kind, code, call in calls:
            with self.subTest(code):
                with self.assertRaises(kind) as raised:
                    call()
                self.assertEqual(code, raised.exception.code)
                self.assertTrue(raised.exception.request_id.startswith("req_"))

    def test_timeout(self):
        with self.assertRaises(openai.APITimeoutError):
            CLIENT.with_options(timeout=0.3, max_retries=0).chat.completions.create(
                model="slow", messages=MESSAGES
            )


if __name__ == "__main__":
    unittest.main()
