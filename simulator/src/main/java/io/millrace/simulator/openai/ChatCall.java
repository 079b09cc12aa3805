package io.millrace.simulator.openai;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** A call to {@code /v1/chat/completions}. */
final class ChatCall implements OpenAiCall {
  private static final int ANSWERS_MAX = 128;
  private static final byte[] DONE = OpenAiCall.utf8("data: [DONE]\n\n");
  private static final byte[] ROLE =
      OpenAiCall.utf8(
          ",\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"
              + ",\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] CONTENT = OpenAiCall.utf8(",\"delta\":{\"content\":\"");
  private static final byte[] CONTENT_END =
      OpenAiCall.utf8("\"},\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] MESSAGE =
      OpenAiCall.utf8(",\"message\":{\"role\":\"assistant\",\"content\":\"");
  private static final byte[] MESSAGE_END =
      OpenAiCall.utf8("\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,");

  private final CallFacts facts;
  private final boolean isUsageWanted;
  private final byte[] head;
  private final byte[] frameEnd;

  private ChatCall(CallFacts facts, boolean isUsageWanted, long createdSeconds) {
    this.facts = facts;
    this.isUsageWanted = isUsageWanted;
    this.head = head(facts, createdSeconds);
    this.frameEnd = OpenAiCall.utf8(isUsageWanted ? "],\"usage\":null}\n\n" : "]}\n\n");
  }

  static Parsed read(byte[] body, long createdSeconds) {
    JsonNode root = Checks.tree(body);
    if (!root.isObject()) {
      return OpenAiError.notJson();
    }
    Optional<OpenAiError> problem = problem(root);
    if (problem.isPresent()) {
      return problem.get();
    }
    JsonNode messages = root.get("messages");
    var facts =
        new CallFacts(
            root.get("model").textValue(),
            BodyHash.of(body),
            InputTokens.ofMessages(messages, body.length),
            outputTokensMax(root),
            // A null reads as 0.
            Math.max(1, root.path("n").asInt(1)),
            root.path("stream").asBoolean(false),
            prompt(messages));
    boolean isUsageWanted = root.path("stream_options").path("include_usage").asBoolean(false);
    return new ChatCall(facts, isUsageWanted, createdSeconds);
  }

  private static Optional<OpenAiError> problem(JsonNode root) {
    return Checks.model(root)
        .or(() -> messagesProblem(root))
        .or(() -> Checks.integer(root, "max_completion_tokens", 1, Integer.MAX_VALUE))
        .or(() -> Checks.integer(root, "max_tokens", 1, Integer.MAX_VALUE))
        .or(() -> Checks.integer(root, "n", 1, ANSWERS_MAX))
        .or(() -> Checks.flag(root, "stream"))
        .or(() -> streamOptionsProblem(root));
  }

  private static Optional<OpenAiError> messagesProblem(JsonNode root) {
    if (Checks.isAbsent(root, "messages")) {
      return Checks.missing("messages");
    }
    JsonNode messages = root.get("messages");
    if (!messages.isArray()) {
      return Checks.wrongType("messages", "an array of objects");
    }
    if (messages.isEmpty()) {
      String message = "Invalid 'messages': empty array. Expected at least one message.";
      return Optional.of(OpenAiError.invalid("empty_array", "messages", message));
    }
    for (int i = 0; i < messages.size(); i++) {
      if (!messages.get(i).isObject()) {
        return Checks.wrongType("messages[" + i + "]", "an object");
      }
      if (!messages.get(i).path("role").isTextual()) {
        return Checks.missing("messages[" + i + "].role");
      }
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> streamOptionsProblem(JsonNode root) {
    return Checks.isAbsent(root, "stream_options") || root.path("stream").asBoolean(false)
        ? Optional.empty()
        : Checks.wrongValue("stream_options", "it only beside \"stream\": true");
  }

  private static int outputTokensMax(JsonNode root) {
    int newer = root.path("max_completion_tokens").asInt(CallFacts.NO_LIMIT);
    int older = root.path("max_tokens").asInt(CallFacts.NO_LIMIT);
    return Math.min(limit(newer), limit(older));
  }

  /** A null reads as 0, and means no limit. */
  private static int limit(int tokens) {
    return tokens == 0 ? CallFacts.NO_LIMIT : tokens;
  }

  private static String prompt(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).path("role").textValue().equals("user")) {
        return text(messages.get(i).path("content"));
      }
    }
    return "";
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    var text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  private static byte[] head(CallFacts facts, long createdSeconds) {
    String object = facts.isStreamed() ? "chat.completion.chunk" : "chat.completion";
    String start = facts.isStreamed() ? "data: {\"id\":\"chatcmpl-" : "{\"id\":\"chatcmpl-";
    char[] model = JsonStringEncoder.getInstance().quoteAsString(facts.model());
    return OpenAiCall.utf8(
        start
            + OpenAiHeaders.hexId()
            + "\",\"object\":\""
            + object
            + "\",\"created\":"
            + createdSeconds
            + ",\"model\":\""
            + String.valueOf(model)
            + "\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_simulator\""
            + ",\"choices\":[");
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    AnswerText text = answer.text();
    int textEnd = text.end(text.words());
    Buffer out = Buffer.buffer(head.length + facts.answers() * (textEnd + 200) + 400);
    out.appendBytes(head);
    for (int choice = 0; choice < facts.answers(); choice++) {
      out.appendString(choice == 0 ? "{\"index\":" : ",{\"index\":")
          .appendString(Integer.toString(choice))
          .appendBytes(MESSAGE)
          .appendBytes(text.json(), 0, textEnd)
          .appendBytes(MESSAGE_END)
          .appendString(finish(answer));
    }
    return out.appendString("],").appendString(usage(answer)).appendString("}");
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    for (int choice = 0; choice < facts.answers(); choice++) {
      frameStart(out, choice).appendBytes(ROLE).appendBytes(frameEnd);
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    AnswerText text = answer.text();
    int start = text.end(from);
    for (int choice = 0; choice < facts.answers(); choice++) {
      frameStart(out, choice)
          .appendBytes(CONTENT)
          .appendBytes(text.json(), start, text.end(to) - start)
          .appendBytes(CONTENT_END)
          .appendBytes(frameEnd);
    }
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    for (int choice = 0; choice < facts.answers(); choice++) {
      frameStart(out, choice)
          .appendString(",\"delta\":{},\"logprobs\":null,")
          .appendString(finish(answer))
          .appendBytes(frameEnd);
    }
    if (isUsageWanted) {
      out.appendBytes(head).appendString("],").appendString(usage(answer)).appendString("}\n\n");
    }
    out.appendBytes(DONE);
  }

  private Buffer frameStart(Buffer out, int choice) {
    return out.appendBytes(head).appendString("{\"index\":").appendString(Integer.toString(choice));
  }

  private static String finish(Verdict.Answer answer) {
    return answer.isLengthLimited()
        ? "\"finish_reason\":\"length\"}"
        : "\"finish_reason\":\"stop\"}";
  }

  private static String usage(Verdict.Answer answer) {
    int input = answer.usage().inputTokens();
    int output = answer.usage().outputTokens();
    return "\"usage\":{\"prompt_tokens\":"
        + input
        + ",\"completion_tokens\":"
        + output
        + ",\"total_tokens\":"
        + (input + output)
        + ",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0}"
        + ",\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0"
        + ",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
  }
}
