package io.millrace.simulator.anthropic;

import io.millrace.simulator.engine.BodyHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Marks thoughts as the simulator's own, so that changed ones are noticed when they come back. */
final class Signatures {
  private Signatures() {}

  static String of(String thinking) {
    long hash = BodyHash.of(thinking.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(hash).array());
  }
}
