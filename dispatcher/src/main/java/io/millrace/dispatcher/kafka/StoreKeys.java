package io.millrace.dispatcher.kafka;

import io.millrace.dispatcher.Timer;
import io.millrace.dispatcher.WaitingKey;
import io.millrace.schemas.Lane;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys whose bytes sort as their values do, so that a range scan is a line or a timetable.
 * Everything is in one store; the first byte says what it is. Names are free of the zero byte that
 * ends them.
 */
final class StoreKeys {

  /** What a key stands for. The codes are on disk: never change one. */
  enum Space {
    REQUEST(1),
    ATTEMPT(2),
    WAITING(3),
    TIMER(4),
    BUDGET(5),
    CALLBACK(6),
    FINISHED(7),
    CANCELLED_BATCH(8);

    private final byte code;

    Space(int code) {
      this.code = (byte) code;
    }

    /** Smaller than every key of this space. */
    Bytes first() {
      return Bytes.wrap(new byte[] {code});
    }

    /** Greater than every key of this space. */
    Bytes end() {
      return Bytes.wrap(new byte[] {(byte) (code + 1)});
    }
  }

  private static final byte END = 0;

  private StoreKeys() {}

  static Bytes named(Space space, String name) {
    var text = name.getBytes(StandardCharsets.UTF_8);
    var bytes = new byte[text.length + 1];
    bytes[0] = space.code;
    System.arraycopy(text, 0, bytes, 1, text.length);
    return Bytes.wrap(bytes);
  }

  static Bytes waiting(WaitingKey key) {
    var provider = key.provider().getBytes(StandardCharsets.UTF_8);
    var account = key.account().getBytes(StandardCharsets.UTF_8);
    var id = key.requestId().getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(provider.length + account.length + id.length + 12);
    bytes.put(Space.WAITING.code).put(provider).put(END).put(laneByte(key.lane()));
    bytes.put(account).put(END).putLong(key.order()).put(id);
    return Bytes.wrap(bytes.array());
  }

  static WaitingKey waiting(Bytes key) {
    var bytes = key.get();
    int providerEnd = indexOfEnd(bytes, 1);
    var lane = lane(bytes[providerEnd + 1]);
    int accountEnd = indexOfEnd(bytes, providerEnd + 2);
    long order = ByteBuffer.wrap(bytes).getLong(accountEnd + 1);
    return new WaitingKey(
        text(bytes, 1, providerEnd),
        lane,
        text(bytes, providerEnd + 2, accountEnd),
        order,
        text(bytes, accountEnd + 9, bytes.length));
  }

  /** Greater than every key of the same line, smaller than those of the next. */
  static Bytes endOfLine(Bytes waitingKey) {
    var bytes = waitingKey.get();
    int accountEnd = indexOfEnd(bytes, indexOfEnd(bytes, 1) + 2);
    var end = Arrays.copyOf(bytes, accountEnd + 1);
    end[accountEnd] = END + 1;
    return Bytes.wrap(end);
  }

  static Bytes timer(Timer timer) {
    var subject = timer.subject().getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(10 + subject.length);
    bytes.put(Space.TIMER.code).putLong(timer.dueAt().toEpochMilli());
    bytes.put(kindByte(timer.kind())).put(subject);
    return Bytes.wrap(bytes.array());
  }

  static Timer timer(Bytes key) {
    var bytes = key.get();
    return new Timer(
        Instant.ofEpochMilli(ByteBuffer.wrap(bytes).getLong(1)),
        kind(bytes[9]),
        text(bytes, 10, bytes.length));
  }

  private static byte laneByte(Lane lane) {
    return switch (lane) {
      case INTERACTIVE -> 0;
      case STANDARD -> 1;
      case BULK -> 2;
    };
  }

  private static Lane lane(byte code) {
    return switch (code) {
      case 0 -> Lane.INTERACTIVE;
      case 1 -> Lane.STANDARD;
      case 2 -> Lane.BULK;
      default -> throw new IllegalStateException("no lane has code " + code);
    };
  }

  private static byte kindByte(Timer.Kind kind) {
    return switch (kind) {
      case WAKE -> 0;
      case DEADLINE -> 1;
      case CALLBACK -> 2;
      case FORGET -> 3;
      case FORGET_BATCH -> 4;
    };
  }

  private static Timer.Kind kind(byte code) {
    return switch (code) {
      case 0 -> Timer.Kind.WAKE;
      case 1 -> Timer.Kind.DEADLINE;
      case 2 -> Timer.Kind.CALLBACK;
      case 3 -> Timer.Kind.FORGET;
      case 4 -> Timer.Kind.FORGET_BATCH;
      default -> throw new IllegalStateException("no timer has code " + code);
    };
  }

  private static int indexOfEnd(byte[] bytes, int from) {
    int i = from;
    while (bytes[i] != END) {
      i++;
    }
    return i;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
