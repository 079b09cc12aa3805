package io.millrace.simulator.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A 64-bit hash of a request body, eight bytes at a time; for telling bodies apart, no more. */
public final class BodyHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FACTOR = 0x9FB21C651E98DF25L;

  private BodyHash() {}

  public static long of(byte[] body) {
    long hash = body.length * FACTOR;
    int at = 0;
    for (; at + Long.BYTES <= body.length; at += Long.BYTES) {
      hash = Long.rotateLeft((hash ^ (long) LONGS.get(body, at)) * FACTOR, 29);
    }
    long rest = 0;
    for (; at < body.length; at++) {
      rest = rest << Byte.SIZE | (body[at] & 0xff);
    }
    return Draws.mix((hash ^ rest) * FACTOR);
  }
}
