package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One worker process.
 *
 * @param name stable name, different for each process; default worker-1
 * @param providers which providers it serves; default all
 * @param drainTimeout an orderly stop waits so long for running calls; default PT20S
 */
public record WorkersConfig(String name, List<String> providers, Duration drainTimeout) {

  public WorkersConfig {
    check(
        name.matches("[A-Za-z0-9._-]{1,100}"),
        "workers.name must be 1 to 100 of letters, digits, dot, underscore and hyphen: " + name);
    positive(drainTimeout, "workers.drainTimeout");
    providers = List.copyOf(providers);
  }

  @JsonCreator
  static WorkersConfig of(
      @Nullable String name, @Nullable List<String> providers, @Nullable Duration drainTimeout) {
    return new WorkersConfig(
        orDefault(name, "worker-1"),
        orDefault(providers, List.of()),
        orDefault(drainTimeout, Duration.ofSeconds(20)));
  }

  /** What holds where the file says nothing. */
  public static WorkersConfig defaults() {
    return of(null, null, null);
  }
}
