package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * How requests and batches are named. A fresh id is ordered by time; a derived one is the same for
 * the same (account, kind, key), so that a repeat is the same request.
 */
public final class RequestIds {

  private static final String REQUEST = "req_";
  private static final String RESPONSE = "resp_";
  private static final String BATCH = "bulk_";
  private static final int DERIVED_BYTES = 16;
  private static final int HEX_DIGITS = 32;
  private static final HexFormat HEX = HexFormat.of();

  private RequestIds() {}

  /** A new id, greater than those made before. */
  public static String fresh() {
    return REQUEST + hex(UuidCreator.getTimeOrderedEpochFast());
  }

  /** The id of the request that carries the Idempotency-Key on this endpoint. */
  public static String ofIdempotencyKey(String account, Endpoint endpoint, String key) {
    return REQUEST + derived(account, endpoint.path(), key);
  }

  /** The id of a line of a batch. */
  public static String ofBatchLine(String account, String batchId, String customId) {
    return REQUEST + derived(account, batchId, customId);
  }

  /** The id of the batch that the client calls by this name. */
  public static String ofBatch(String account, String name) {
    return BATCH + derived(account, "batch", name);
  }

  /** The id of a batch without a name. */
  public static String freshBatch() {
    return BATCH + hex(UuidCreator.getTimeOrderedEpochFast());
  }

  /** True for what could be a request id. */
  public static boolean isRequestId(String text) {
    if (text.length() != REQUEST.length() + HEX_DIGITS || !text.startsWith(REQUEST)) {
      return false;
    }
    return text.chars().skip(REQUEST.length()).allMatch(RequestIds::isHexDigit);
  }

  /** How clients of OpenAI's face call the request when it makes a response. */
  public static String responseId(String requestId) {
    return RESPONSE + requestId.substring(REQUEST.length());
  }

  /** The request that makes the response of this id; nothing for what is no such id. */
  public static Optional<String> ofResponse(String responseId) {
    return Optional.of(responseId)
        .filter(id -> id.startsWith(RESPONSE))
        .map(id -> REQUEST + id.substring(RESPONSE.length()))
        .filter(RequestIds::isRequestId);
  }

  /** Milliseconds since 1970 in a fresh id; meaningless for a derived one. */
  public static long millisOf(String freshId) {
    return HexFormat.fromHexDigitsToLong(freshId, REQUEST.length(), REQUEST.length() + 12);
  }

  /** Sorts before every fresh id of that millisecond, and after those of the one before. */
  public static String lowerBound(long millis) {
    return REQUEST + HEX.toHexDigits(millis, 12);
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private static String hex(UUID uuid) {
    return HEX.toHexDigits(uuid.getMostSignificantBits())
        + HEX.toHexDigits(uuid.getLeastSignificantBits());
  }

  private static String derived(String account, String kind, String key) {
    var digest = Sha256.digest();
    digest.update(account.getBytes(UTF_8));
    digest.update((byte) 0);
    digest.update(kind.getBytes(UTF_8));
    digest.update((byte) 0);
    digest.update(key.getBytes(UTF_8));
    return HEX.formatHex(digest.digest(), 0, DERIVED_BYTES);
  }
}
