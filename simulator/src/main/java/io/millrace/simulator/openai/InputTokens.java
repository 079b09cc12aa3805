package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Input tokens as the simulator counts them: the UTF-8 bytes of all message texts divided by four,
 * rounded up, plus four per message; at least 1 and never more than the bytes of the body. No
 * tokenizer agrees, but anyone can repeat the sum.
 */
final class InputTokens {
  private static final int BYTES_PER_TOKEN = 4;
  private static final int TOKENS_PER_MESSAGE = 4;

  private InputTokens() {}

  static int ofMessages(JsonNode messages, int bodyBytes) {
    long textBytes = 0;
    for (JsonNode message : messages) {
      textBytes += contentBytes(message.path("content"));
    }
    return bounded(tokens(textBytes) + (long) TOKENS_PER_MESSAGE * messages.size(), bodyBytes);
  }

  /** One embedding's input: a text, or the number of tokens of one given as tokens. */
  static long ofInput(JsonNode input) {
    return input.isTextual() ? Math.max(1, tokens(utf8Bytes(input.textValue()))) : input.size();
  }

  static int bounded(long tokens, int bodyBytes) {
    return (int) Math.max(1, Math.min(tokens, bodyBytes));
  }

  private static long tokens(long bytes) {
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }

  private static long contentBytes(JsonNode content) {
    if (content.isTextual()) {
      return utf8Bytes(content.textValue());
    }
    long bytes = 0;
    for (JsonNode part : content) {
      bytes += utf8Bytes(part.path("text").asText(""));
    }
    return bytes;
  }

  /**
   * Counted without encoding; half a surrogate pair counts as the question mark it would become.
   */
  static long utf8Bytes(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800 && !Character.isSurrogate(c)) {
        bytes += 2;
      } else if (c >= 0x80) {
        boolean isPair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (isPair) {
          bytes += 2;
          i++;
        } else if (!Character.isSurrogate(c)) {
          bytes += 1;
        }
      }
    }
    return bytes;
  }
}
