package io.millrace.simulator.openai;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.openai.Flavour.UsagePlace;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** A call to {@code /v1/chat/completions}. */
final class ChatCall implements OpenAiCall {
  private static final byte[] PROMPT_FILTERED =
      OpenAiCall.utf8(
          "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\","
              + "\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":"
              + "{\"hate\":{\"filtered\":false,\"severity\":\"safe\"}}}]}\n\n");
  private static final byte[] DONE = OpenAiCall.utf8("data: [DONE]\n\n");
  private static final byte[] ROLE =
      OpenAiCall.utf8(
          ",\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"
              + ",\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] ROLE_WITHOUT_TEXT =
      OpenAiCall.utf8(
          ",\"delta\":{\"role\":\"assistant\",\"content\":null,\"refusal\":null}"
              + ",\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] CONTENT = OpenAiCall.utf8(",\"delta\":{\"content\":\"");
  private static final byte[] REFUSAL = OpenAiCall.utf8(",\"delta\":{\"refusal\":\"");
  private static final byte[] CONTENT_END =
      OpenAiCall.utf8("\"},\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] MESSAGE =
      OpenAiCall.utf8(",\"message\":{\"role\":\"assistant\",\"content\":\"");
  private static final byte[] MESSAGE_END =
      OpenAiCall.utf8("\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,");
  private static final String MESSAGE_WITHOUT_TEXT =
      ",\"message\":{\"role\":\"assistant\",\"content\":null,";

  private final CallFacts facts;
  private final Options options;
  private final byte[] head;
  private final byte[] frameEnd;

  /**
   * What a body says about the answer's form only.
   *
   * @param isUsageWanted in a last chunk of a streamed answer
   */
  record Options(Flavour flavour, boolean isUsageWanted, boolean hasLogprobs, int topLogprobs) {}

  ChatCall(CallFacts facts, Options options, long createdSeconds) {
    this.facts = facts;
    this.options = options;
    this.head = head(facts, createdSeconds);
    this.frameEnd = OpenAiCall.utf8(options.isUsageWanted() ? "],\"usage\":null}\n\n" : "]}\n\n");
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
  public Flavour flavour() {
    return options.flavour();
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
          .appendString(Integer.toString(choice));
      appendMessage(out, answer, choice).appendString(finish(answer));
    }
    return out.appendString("],").appendString(usage(answer)).appendString("}");
  }

  private Buffer appendMessage(Buffer out, Verdict.Answer answer, int choice) {
    AnswerText text = answer.text();
    int textEnd = text.end(text.words());
    if (!answer.toolUses().isEmpty()) {
      return out.appendString(MESSAGE_WITHOUT_TEXT)
          .appendString(RichParts.toolCalls(answer.toolUses(), choice, options.flavour()))
          .appendString(",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,");
    }
    if (isRefusal(answer)) {
      return out.appendString(MESSAGE_WITHOUT_TEXT + "\"refusal\":\"")
          .appendBytes(text.json(), 0, textEnd)
          .appendString("\",\"annotations\":[]},\"logprobs\":null,");
    }
    out.appendBytes(MESSAGE).appendBytes(text.json(), 0, textEnd);
    return options.hasLogprobs()
        ? out.appendString("\",\"refusal\":null,\"annotations\":[]},\"logprobs\":")
            .appendString(RichParts.logprobs(text, 0, text.words(), options.topLogprobs()))
            .appendString(",")
        : out.appendBytes(MESSAGE_END);
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    if (options.flavour() == Flavour.AZURE) {
      out.appendBytes(PROMPT_FILTERED);
    }
    boolean hasText = answer.toolUses().isEmpty() && !isRefusal(answer);
    for (int choice = 0; choice < facts.answers(); choice++) {
      frameStart(out, choice).appendBytes(hasText ? ROLE : ROLE_WITHOUT_TEXT).appendBytes(frameEnd);
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    AnswerText text = answer.text();
    int start = text.end(from);
    byte[] key = isRefusal(answer) ? REFUSAL : CONTENT;
    for (int choice = 0; choice < facts.answers(); choice++) {
      frameStart(out, choice)
          .appendBytes(key)
          .appendBytes(text.json(), start, text.end(to) - start);
      if (options.hasLogprobs()) {
        out.appendString("\"},\"logprobs\":")
            .appendString(RichParts.logprobs(text, from, to, options.topLogprobs()))
            .appendString(",\"finish_reason\":null}");
      } else {
        out.appendBytes(CONTENT_END);
      }
      out.appendBytes(frameEnd);
    }
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    for (int choice = 0; choice < facts.answers(); choice++) {
      appendToolCalls(out, answer.toolUses(), choice);
      frameStart(out, choice)
          .appendString(",\"delta\":{},\"logprobs\":null,")
          .appendString(finish(answer));
      boolean isLast = choice == facts.answers() - 1;
      if (isLast && options.flavour().usagePlace() != UsagePlace.OWN_CHUNK_WHEN_ASKED) {
        appendUsage(out, answer);
      } else {
        out.appendBytes(frameEnd);
      }
    }
    boolean isOwnChunk = options.flavour().usagePlace() == UsagePlace.OWN_CHUNK_WHEN_ASKED;
    if (options.isUsageWanted() && isOwnChunk) {
      out.appendBytes(head).appendString("],").appendString(usage(answer)).appendString("}\n\n");
    }
    out.appendBytes(DONE);
  }

  /** Usage in the chunk that ends the answer, as some hosts tell it unasked. */
  private void appendUsage(Buffer out, Verdict.Answer answer) {
    if (options.flavour().usagePlace() == UsagePlace.X_GROQ) {
      out.appendString("],\"x_groq\":{").appendString(usage(answer)).appendString("}}\n\n");
    } else {
      out.appendString("],").appendString(usage(answer)).appendString("}\n\n");
    }
  }

  private void appendToolCalls(Buffer out, List<Verdict.ToolUse> uses, int choice) {
    for (int i = 0; i < uses.size(); i++) {
      String id = options.flavour().toolCallId(uses.get(i), choice);
      for (String delta : RichParts.toolCallDeltas(uses.get(i), i, id)) {
        frameStart(out, choice)
            .appendString(",\"delta\":")
            .appendString(delta)
            .appendString(",\"logprobs\":null,\"finish_reason\":null}")
            .appendBytes(frameEnd);
      }
    }
  }

  private Buffer frameStart(Buffer out, int choice) {
    return out.appendBytes(head).appendString("{\"index\":").appendString(Integer.toString(choice));
  }

  /** A model that must keep to a schema says in a field of its own that it will not answer. */
  private boolean isRefusal(Verdict.Answer answer) {
    return answer.ending() == Verdict.Ending.CONTENT_FILTER
        && facts.asked().format() instanceof Asked.Format.JsonSchema;
  }

  private String finish(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP -> "\"finish_reason\":\"stop\"}";
      case LENGTH -> "\"finish_reason\":\"length\"}";
      case TOOL_CALLS -> "\"finish_reason\":\"tool_calls\"}";
      case CONTENT_FILTER ->
          isRefusal(answer)
              ? "\"finish_reason\":\"stop\"}"
              : "\"finish_reason\":\"content_filter\"}";
    };
  }

  private static String usage(Verdict.Answer answer) {
    Verdict.Usage usage = answer.usage();
    return "\"usage\":{\"prompt_tokens\":"
        + usage.inputTokens()
        + ",\"completion_tokens\":"
        + usage.outputTokens()
        + ",\"total_tokens\":"
        + (usage.inputTokens() + usage.outputTokens())
        + ",\"prompt_tokens_details\":{\"cached_tokens\":"
        + usage.cachedInputTokens()
        + ",\"audio_tokens\":0}"
        + ",\"completion_tokens_details\":{\"reasoning_tokens\":"
        + usage.reasoningTokens()
        + ",\"audio_tokens\":0"
        + ",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
  }
}
