package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.engine.TokenCount;

/** Input tokens of OpenAI's bodies. */
final class InputTokens {
  private InputTokens() {}

  static int ofMessages(JsonNode messages, int bodyBytes) {
    long textBytes = 0;
    for (JsonNode message : messages) {
      textBytes += contentBytes(message.path("content"));
    }
    return TokenCount.ofMessages(textBytes, messages.size(), bodyBytes);
  }

  /** One embedding's input: a text, or the number of tokens of one given as tokens. */
  static long ofInput(JsonNode input) {
    return input.isTextual() ? TokenCount.ofText(input.textValue()) : input.size();
  }

  private static long contentBytes(JsonNode content) {
    if (content.isTextual()) {
      return TokenCount.utf8Bytes(content.textValue());
    }
    long bytes = 0;
    for (JsonNode part : content) {
      bytes += TokenCount.utf8Bytes(part.path("text").asText(""));
    }
    return bytes;
  }
}
