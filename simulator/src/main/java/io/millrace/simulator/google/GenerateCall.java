package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A call to {@code generateContent}, or to {@code streamGenerateContent}, whose frames are answers
 * of their own with part of the text each.
 */
final class GenerateCall implements GoogleCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final double LOGPROB = -0.25;
  private static final int ID_BYTES = 12;

  private final CallFacts facts;
  private final boolean hasLogprobs;
  private final int topLogprobs;
  private final String responseId = random(Base64.getUrlEncoder());

  GenerateCall(CallFacts facts, boolean hasLogprobs, int topLogprobs) {
    this.facts = facts;
    this.hasLogprobs = hasLogprobs;
    this.topLogprobs = topLogprobs;
  }

  /** Gemini 3 and later sign their calls and give them ids. */
  static boolean hasSignatures(String model) {
    return model.matches("gemini-[3-9].*");
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode();
    if (isBlocked(answer)) {
      root.putObject("promptFeedback").put("blockReason", "SAFETY");
    } else {
      ArrayNode candidates = root.putArray("candidates");
      for (int i = 0; i < facts.answers(); i++) {
        ObjectNode candidate = candidates.addObject();
        ArrayNode parts = parts(candidate);
        addThought(parts, answer);
        addText(candidate, parts, answer.text(), 0, answer.text().words());
        addCalls(parts, answer);
        candidate.put("finishReason", finishReason(answer)).put("index", i);
      }
    }
    return Buffer.buffer(closed(root, answer, true).toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    if (answer.reasoning().words() > 0) {
      frame(out, answer, (candidate, parts) -> addThought(parts, answer));
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    frame(out, answer, (candidate, parts) -> addText(candidate, parts, answer.text(), from, to));
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    ObjectNode root = MAPPER.createObjectNode();
    if (isBlocked(answer)) {
      root.putObject("promptFeedback").put("blockReason", "SAFETY");
    } else {
      ArrayNode candidates = root.putArray("candidates");
      for (int i = 0; i < facts.answers(); i++) {
        ObjectNode candidate = candidates.addObject();
        ArrayNode parts = parts(candidate);
        addCalls(parts, answer);
        if (parts.isEmpty()) {
          parts.addObject().put("text", "");
        }
        candidate.put("finishReason", finishReason(answer)).put("index", i);
      }
    }
    write(out, closed(root, answer, true));
  }

  /** Adds one candidate's share of a frame. */
  private interface Share {
    void add(ObjectNode candidate, ArrayNode parts);
  }

  private void frame(Buffer out, Verdict.Answer answer, Share share) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode candidates = root.putArray("candidates");
    for (int i = 0; i < facts.answers(); i++) {
      ObjectNode candidate = candidates.addObject();
      share.add(candidate, parts(candidate));
      candidate.put("index", i);
    }
    write(out, closed(root, answer, false));
  }

  private static void write(Buffer out, ObjectNode root) {
    out.appendString("data: ").appendString(root.toString()).appendString("\r\n\r\n");
  }

  private static ArrayNode parts(ObjectNode candidate) {
    return candidate.putObject("content").put("role", "model").putArray("parts");
  }

  private static void addThought(ArrayNode parts, Verdict.Answer answer) {
    AnswerText reasoning = answer.reasoning();
    if (reasoning.words() > 0) {
      parts.addObject().put("text", text(reasoning, 0, reasoning.words())).put("thought", true);
    }
  }

  private void addText(ObjectNode candidate, ArrayNode parts, AnswerText text, int from, int to) {
    if (to > from) {
      parts.addObject().put("text", text(text, from, to));
      if (hasLogprobs) {
        addLogprobs(candidate.putObject("logprobsResult"), text, from, to);
      }
    }
  }

  private void addLogprobs(ObjectNode result, AnswerText text, int from, int to) {
    ArrayNode chosen = result.putArray("chosenCandidates");
    ArrayNode top = result.putArray("topCandidates");
    for (int word = from; word < to; word++) {
      chosen.addObject().put("token", text.word(word)).put("logProbability", LOGPROB);
      ArrayNode others = top.addObject().putArray("candidates");
      for (int i = 0; i < topLogprobs; i++) {
        others
            .addObject()
            .put("token", i == 0 ? text.word(word) : " " + i)
            .put("logProbability", LOGPROB * (1 + i * i));
      }
    }
  }

  private void addCalls(ArrayNode parts, Verdict.Answer answer) {
    boolean isSigned = hasSignatures(facts.model());
    for (int i = 0; i < answer.toolUses().size(); i++) {
      Verdict.ToolUse use = answer.toolUses().get(i);
      ObjectNode part = parts.addObject();
      ObjectNode call = part.putObject("functionCall");
      if (isSigned) {
        call.put("id", use.id());
      }
      call.put("name", use.name()).putRawValue("args", new RawValue(use.arguments()));
      if (isSigned && i == 0) {
        part.put("thoughtSignature", random(Base64.getEncoder()));
      }
    }
  }

  private ObjectNode closed(ObjectNode root, Verdict.Answer answer, boolean isLast) {
    Verdict.Usage usage = answer.usage();
    int output = isLast ? usage.outputTokens() - usage.reasoningTokens() : 0;
    ObjectNode told = root.putObject("usageMetadata");
    told.put("promptTokenCount", usage.inputTokens());
    put(told, "cachedContentTokenCount", usage.cachedInputTokens());
    put(told, "candidatesTokenCount", output);
    put(told, "thoughtsTokenCount", usage.reasoningTokens());
    told.put("totalTokenCount", usage.inputTokens() + output + usage.reasoningTokens());
    return root.put("modelVersion", facts.model()).put("responseId", responseId);
  }

  /** Google leaves zeros out. */
  private static void put(ObjectNode node, String name, int count) {
    if (count > 0) {
      node.put(name, count);
    }
  }

  /** A filter that leaves no word has blocked the prompt. */
  private static boolean isBlocked(Verdict.Answer answer) {
    return answer.ending() == Verdict.Ending.CONTENT_FILTER && answer.text().words() == 0;
  }

  private static String finishReason(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP, TOOL_CALLS -> "STOP";
      case LENGTH -> "MAX_TOKENS";
      case CONTENT_FILTER -> "SAFETY";
    };
  }

  private static String text(AnswerText text, int from, int to) {
    var words = new StringBuilder();
    for (int word = from; word < to; word++) {
      words.append(text.word(word));
    }
    return words.toString();
  }

  private static String random(Base64.Encoder encoder) {
    var bytes = new byte[ID_BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return encoder.encodeToString(bytes);
  }
}
