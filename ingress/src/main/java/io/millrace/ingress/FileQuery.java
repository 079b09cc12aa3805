package io.millrace.ingress;

import org.jspecify.annotations.Nullable;

/**
 * Which of its files an account wants to see.
 *
 * @param after id of the last file already seen
 */
public record FileQuery(
    @Nullable String purpose, boolean isNewestFirst, @Nullable String after, int limit) {

  public boolean matches(StoredFile file) {
    return purpose == null || purpose.equals(file.purpose());
  }
}
