package io.millrace.ingress;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.HexFormat;

/** How files are named: ids of uploaded ones are in the order of time. */
public final class FileIds {

  private static final String FILE = "file-";
  private static final int HEX_DIGITS = 32;
  private static final int MILLIS_DIGITS = 12;
  private static final HexFormat HEX = HexFormat.of();

  private FileIds() {}

  /** A new id, greater than those made before. */
  public static String fresh() {
    return FILE + freshDigits();
  }

  /** A new name for a blob, greater than those made before. */
  public static String freshDigits() {
    var uuid = UuidCreator.getTimeOrderedEpochFast();
    return HEX.toHexDigits(uuid.getMostSignificantBits())
        + HEX.toHexDigits(uuid.getLeastSignificantBits());
  }

  /** True for what could be the id of a file. */
  public static boolean isFileId(String text) {
    return text.length() == FILE.length() + HEX_DIGITS
        && text.startsWith(FILE)
        && text.chars().skip(FILE.length()).allMatch(FileIds::isHexDigit);
  }

  /** Milliseconds since 1970 at which an uploaded file got its id. */
  public static long millisOf(String fileId) {
    return HexFormat.fromHexDigitsToLong(fileId, FILE.length(), FILE.length() + MILLIS_DIGITS);
  }

  /** Sorts before every uploaded file of that millisecond, and after those of the one before. */
  public static String lowerBound(long millis) {
    return FILE + HEX.toHexDigits(millis, MILLIS_DIGITS);
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
