package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;
import java.util.function.Function;

/**
 * A wire form that providers speak.
 *
 * @param name the {@code kind} of the configuration
 * @param capabilities what it can do of OpenAI's face
 * @param adapter makes the adapter of one configured provider
 */
public record ProviderKind(
    String name, Capabilities capabilities, Function<ProviderConfig, ProviderAdapter> adapter) {}
