package io.millrace.workers;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a provider call went.
 *
 * @param upstreamStatusOrZero status that the provider sent; 0 when none came
 * @param firstByteAt when the head of the answer was there; null when it never was
 * @param deltas how many were handed out
 * @param droppedParameters request fields that the provider cannot take
 * @param limits what the provider said of its limits
 */
public record CallReport(
    Outcome outcome,
    int upstreamStatusOrZero,
    Instant startedAt,
    @Nullable Instant firstByteAt,
    Instant repliedAt,
    int deltas,
    List<String> droppedParameters,
    LimitNotice limits) {

  public OptionalInt upstreamStatus() {
    return upstreamStatusOrZero == 0 ? OptionalInt.empty() : OptionalInt.of(upstreamStatusOrZero);
  }

  public OptionalLong firstByteMs() {
    return firstByteAt == null
        ? OptionalLong.empty()
        : OptionalLong.of(Duration.between(startedAt, firstByteAt).toMillis());
  }
}
