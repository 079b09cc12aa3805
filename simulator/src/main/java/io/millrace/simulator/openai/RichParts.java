package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.AnswerText;
import io.millrace.simulator.engine.Verdict.ToolUse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The JSON of what answers hold besides words; none of it is written for a plain one. */
final class RichParts {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PIECE_CHARS = 12;
  private static final double LOGPROB = -0.25;

  private RichParts() {}

  /** The member {@code tool_calls} of a whole answer's message. */
  static String toolCalls(List<ToolUse> uses, int choice, Flavour flavour) {
    ArrayNode calls = MAPPER.createArrayNode();
    for (ToolUse use : uses) {
      ObjectNode call =
          calls.addObject().put("id", flavour.toolCallId(use, choice)).put("type", "function");
      call.putObject("function").put("name", use.name()).put("arguments", use.arguments());
    }
    return "\"tool_calls\":" + calls;
  }

  /** The deltas a streamed tool call comes in: its name, then its arguments piece by piece. */
  static List<String> toolCallDeltas(ToolUse use, int index, String id) {
    var deltas = new ArrayList<String>();
    ObjectNode start = MAPPER.createObjectNode();
    ObjectNode call = start.putArray("tool_calls").addObject().put("index", index);
    call.put("id", id).put("type", "function");
    call.putObject("function").put("name", use.name()).put("arguments", "");
    deltas.add(start.toString());
    String arguments = use.arguments();
    for (int from = 0; from < arguments.length(); from += PIECE_CHARS) {
      String piece = arguments.substring(from, Math.min(from + PIECE_CHARS, arguments.length()));
      ObjectNode delta = MAPPER.createObjectNode();
      delta
          .putArray("tool_calls")
          .addObject()
          .put("index", index)
          .putObject("function")
          .put("arguments", piece);
      deltas.add(delta.toString());
    }
    return deltas;
  }

  /** The value of {@code logprobs} for some words. */
  static String logprobs(AnswerText text, int from, int to, int alternatives) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode content = root.putArray("content");
    for (int word = from; word < to; word++) {
      String token = text.word(word);
      ArrayNode others = logprob(content.addObject(), token, LOGPROB).putArray("top_logprobs");
      for (int i = 0; i < alternatives; i++) {
        logprob(others.addObject(), i == 0 ? token : " " + i, LOGPROB * (1 + i * i));
      }
    }
    return root.putNull("refusal").toString();
  }

  private static ObjectNode logprob(ObjectNode node, String token, double logprob) {
    ArrayNode bytes = node.put("token", token).put("logprob", logprob).putArray("bytes");
    for (byte one : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(one & 0xff);
    }
    return node;
  }
}
