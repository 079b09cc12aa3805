package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How images and files that a request names by URL are fetched, for providers that want bytes.
 *
 * @param allowPrivateNetworks true lets a fetch use http and reach loopback and private addresses;
 *     default false
 * @param bytesMax largest one; default 10485760
 * @param countMax most for one request; default 20
 * @param timeout longest wait for one; default PT20S
 */
public record MediaConfig(
    boolean allowPrivateNetworks, int bytesMax, int countMax, Duration timeout) {

  public MediaConfig {
    positive(bytesMax, "media.bytesMax");
    positive(countMax, "media.countMax");
    positive(timeout, "media.timeout");
  }

  @JsonCreator
  static MediaConfig of(
      @Nullable Boolean allowPrivateNetworks,
      @Nullable Integer bytesMax,
      @Nullable Integer countMax,
      @Nullable Duration timeout) {
    return new MediaConfig(
        orDefault(allowPrivateNetworks, false),
        orDefault(bytesMax, 10 * 1024 * 1024),
        orDefault(countMax, 20),
        orDefault(timeout, Duration.ofSeconds(20)));
  }

  /** What holds where the file says nothing. */
  public static MediaConfig defaults() {
    return of(null, null, null, null);
  }
}
