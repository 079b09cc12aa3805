package io.millrace.dispatcher;

import io.millrace.schemas.Lane;
import java.util.Comparator;

/**
 * A request's place in line: among those of its account that wait for a provider in a lane, the
 * earliest deadline goes first, then the earlier id.
 *
 * @param order milliseconds since the epoch; smaller goes first
 */
public record WaitingKey(String provider, Lane lane, String account, long order, String requestId)
    implements Comparable<WaitingKey> {

  private static final Comparator<WaitingKey> ORDER =
      Comparator.comparing(WaitingKey::provider)
          .thenComparing(WaitingKey::lane)
          .thenComparing(WaitingKey::account)
          .thenComparingLong(WaitingKey::order)
          .thenComparing(WaitingKey::requestId);

  @Override
  public int compareTo(WaitingKey other) {
    return ORDER.compare(this, other);
  }
}
