package io.millrace.ingress;

import java.util.function.Function;

/** A value that a client sent, or why it is refused. */
public sealed interface Checked<T> {

  record Ok<T>(T value) implements Checked<T> {}

  record Refused<T>(ApiError error) implements Checked<T> {}

  static <T> Checked<T> ok(T value) {
    return new Ok<>(value);
  }

  static <T> Checked<T> refused(ApiError error) {
    return new Refused<>(error);
  }

  default <R> Checked<R> then(Function<T, Checked<R>> next) {
    return switch (this) {
      case Ok<T> ok -> next.apply(ok.value());
      case Refused<T> refused -> refused(refused.error());
    };
  }
}
