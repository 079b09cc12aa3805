package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What clients may upload.
 *
 * @param bytesMax largest file; default 536870912
 * @param batchFileBytesMax largest file of purpose batch; default 2147483648
 * @param batchFileRetention how long a file of purpose batch is kept unless the client says
 *     otherwise; default P30D
 */
public record FilesConfig(long bytesMax, long batchFileBytesMax, Duration batchFileRetention) {

  public FilesConfig {
    positive(bytesMax, "files.bytesMax");
    positive(batchFileBytesMax, "files.batchFileBytesMax");
    positive(batchFileRetention, "files.batchFileRetention");
  }

  @JsonCreator
  static FilesConfig of(
      @Nullable Long bytesMax,
      @Nullable Long batchFileBytesMax,
      @Nullable Duration batchFileRetention) {
    return new FilesConfig(
        orDefault(bytesMax, 512L << 20),
        orDefault(batchFileBytesMax, 2L << 30),
        orDefault(batchFileRetention, Duration.ofDays(30)));
  }

  /** What holds where the file says nothing. */
  public static FilesConfig defaults() {
    return of(null, null, null);
  }
}
