package io.millrace.workers;

import io.millrace.schemas.config.ProviderConfig;
import java.util.function.Function;

/** A wire form that providers speak, by the name it has in the configuration. */
public record ProviderKind(String name, Function<ProviderConfig, ProviderAdapter> adapter) {}
