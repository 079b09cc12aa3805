package io.millrace.bootstrap;

/**
 * The configuration cannot be used. The message names the key, the value and, if known, the line.
 */
public final class ConfigException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }
}
