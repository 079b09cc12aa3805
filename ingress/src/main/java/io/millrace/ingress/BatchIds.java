package io.millrace.ingress;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How batches and the files of their results are named. A batch's id is ordered by time. The ids of
 * its files are the same digits with another version digit, so that one leads to the other without
 * a look into the view, and stand among those of uploaded files in the order of time.
 */
public final class BatchIds {

  private static final String BATCH = "batch_";
  private static final String FILE = "file-";
  private static final int HEX_DIGITS = 32;
  private static final int MILLIS_DIGITS = 12;

  /** Place of the version in a UUID; a batch's and an uploaded file's is 7. */
  private static final int VERSION_AT = 12;

  private static final char BATCH_VERSION = '7';
  private static final char OUTPUT_VERSION = 'e';
  private static final char ERROR_VERSION = 'f';
  private static final HexFormat HEX = HexFormat.of();

  private BatchIds() {}

  /** The file of a batch's successes, or that of its failures. */
  public record ResultFile(String batchId, boolean isOutput) {}

  /** A new id, greater than those made before. */
  public static String fresh() {
    var uuid = UuidCreator.getTimeOrderedEpochFast();
    return BATCH
        + HEX.toHexDigits(uuid.getMostSignificantBits())
        + HEX.toHexDigits(uuid.getLeastSignificantBits());
  }

  /** True for what could be the id of a batch made here. */
  public static boolean isBatchId(String text) {
    return isId(text, BATCH) && text.charAt(BATCH.length() + VERSION_AT) == BATCH_VERSION;
  }

  /** Milliseconds since 1970 in a batch's id. */
  public static long millisOf(String batchId) {
    return HexFormat.fromHexDigitsToLong(batchId, BATCH.length(), BATCH.length() + MILLIS_DIGITS);
  }

  /** Sorts before every batch of that millisecond, and after those of the one before. */
  public static String lowerBound(long millis) {
    return BATCH + HEX.toHexDigits(millis, MILLIS_DIGITS);
  }

  public static String outputFile(String batchId) {
    return file(batchId, OUTPUT_VERSION);
  }

  public static String errorFile(String batchId) {
    return file(batchId, ERROR_VERSION);
  }

  /** Which file of which batch an id names; empty for every other file. */
  public static Optional<ResultFile> resultFile(String fileId) {
    if (!isId(fileId, FILE)) {
      return Optional.empty();
    }
    return switch (fileId.charAt(FILE.length() + VERSION_AT)) {
      case OUTPUT_VERSION -> Optional.of(new ResultFile(batch(fileId), true));
      case ERROR_VERSION -> Optional.of(new ResultFile(batch(fileId), false));
      default -> Optional.empty();
    };
  }

  private static String file(String batchId, char version) {
    return FILE + withVersion(batchId.substring(BATCH.length()), version);
  }

  private static String batch(String fileId) {
    return BATCH + withVersion(fileId.substring(FILE.length()), BATCH_VERSION);
  }

  private static String withVersion(String digits, char version) {
    return digits.substring(0, VERSION_AT) + version + digits.substring(VERSION_AT + 1);
  }

  private static boolean isId(String text, String prefix) {
    return text.length() == prefix.length() + HEX_DIGITS
        && text.startsWith(prefix)
        && text.chars().skip(prefix.length()).allMatch(BatchIds::isHexDigit);
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
