package io.millrace.simulator.engine;

/**
 * Input tokens as the simulator counts them, in every wire form: the UTF-8 bytes of all texts
 * divided by four, rounded up, plus four per message; at least 1 and never more than the bytes of
 * the body. No tokenizer agrees, but anyone can repeat the sum.
 */
public final class TokenCount {
  public static final int PER_MESSAGE = 4;
  private static final int BYTES_PER_TOKEN = 4;

  private TokenCount() {}

  /** A conversation with so many bytes of text in so many messages. */
  public static int ofMessages(long textBytes, int messages, int bodyBytes) {
    return bounded(ofBytes(textBytes) + (long) PER_MESSAGE * messages, bodyBytes);
  }

  /** A text to embed. */
  public static long ofText(String text) {
    return Math.max(1, ofBytes(utf8Bytes(text)));
  }

  public static int bounded(long tokens, int bodyBytes) {
    return (int) Math.max(1, Math.min(tokens, bodyBytes));
  }

  private static long ofBytes(long bytes) {
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }

  /**
   * Counted without encoding; half a surrogate pair counts as the question mark it would become.
   */
  public static long utf8Bytes(String text) {
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
