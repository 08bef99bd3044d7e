# Packages the four Lambda functions: `make`, or `sam build`, which calls the build-* targets below.
#
#   make                                 for arm64, the default of the template
#   make ARCHITECTURE=x86_64             for x86_64; deploy with the parameter Architecture=x86_64
#   ARCHITECTURE=x86_64 sam build        the same for SAM
#
# On Linux of the same architecture cargo is enough, unless the C library is newer than 2.37; for anything else cargo-lambda
# (with zig) is needed: `pip install cargo-lambda`, and `rustup target add aarch64-unknown-linux-gnu` or
# x86_64-unknown-linux-gnu.

ARCHITECTURE ?= arm64
# The profile that packages. `make PROFILE=dev` is quick and only good for trying.
PROFILE ?= lambda
# Takes executables from this folder instead of building them.
SEGMENT_EXPORT_BINARIES ?=

FUNCTIONS := export-config oauth-callback export-trigger export-run

machine_arm64 := aarch64
machine_x86_64 := x86_64
machine := $(machine_$(ARCHITECTURE))
# What byte 18 of an executable says (ELF's e_machine).
elf_arm64 := b7
elf_x86_64 := 3e

ifeq ($(machine),)
$(error ARCHITECTURE is arm64 or x86_64, not "$(ARCHITECTURE)")
endif

# Headers of glibc 2.38 and newer turn `sscanf` of C sources into a function that Amazon Linux 2023 (2.34) lacks.
library := $(word 3,$(subst ., ,$(shell getconf GNU_LIBC_VERSION 2>/dev/null)))
newest_library := 37
is_newer := $(shell [ "$(library)" -gt $(newest_library) ] 2>/dev/null && echo yes)

target := $(or $(CARGO_TARGET_DIR),target)
profile_folder := $(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
packages := $(foreach function,$(FUNCTIONS),--package $(function))

# One invocation for all four: the features of shared crates are chosen once, and the AWS SDK is built once.
ifneq ($(SEGMENT_EXPORT_BINARIES),)
build := true
binaries := $(SEGMENT_EXPORT_BINARIES)
else ifeq ($(shell uname -sm)$(is_newer),Linux $(machine))
build := cargo build --locked --profile $(PROFILE) --bins $(packages)
binaries := $(target)/$(profile_folder)
else
needed := $(if $(is_newer),this machine's C library is newer than 2.$(newest_library),$(ARCHITECTURE) is not this machine's own; or choose another ARCHITECTURE here and in the template's parameter)
build := cargo lambda build --locked --profile $(PROFILE) --bins $(packages) --target $(machine)-unknown-linux-gnu --lambda-dir $(target)/lambda-functions
binaries := $(target)/$(machine)-unknown-linux-gnu/$(profile_folder)
endif

# Bytes: what is larger takes longer to start. What is handed in or quickly built need not be small.
limit := $(if $(filter-out lambda,$(PROFILE))$(SEGMENT_EXPORT_BINARIES),1000000000,15000000)

.PHONY: all binaries build-ExportConfig build-OauthCallback build-ExportTrigger build-ExportRun

# What is looked at: that each executable is of the architecture that the functions will have, asks for no newer C library
# than Amazon Linux 2023 has (2.34), and is small. The first two would only fail when a function is invoked.
all: binaries
	@for function in $(FUNCTIONS); do \
		file=$(binaries)/$$function; \
		kind=$$(od -An -tx1 -j18 -N1 $$file | tr -d ' '); \
		if [ "$$kind" != $(elf_$(ARCHITECTURE)) ]; then \
			echo "$$file was not built for $(ARCHITECTURE)" >&2; exit 1; \
		fi; \
		newest=$$(grep -ao 'GLIBC_2\.[0-9]*' $$file | sort -u -t. -k2n | tail -n 1); \
		if [ "$${newest#GLIBC_2.}" -gt 34 ] 2>/dev/null; then \
			echo "$$file needs $$newest, and Amazon Linux 2023 has GLIBC_2.34; build it with cargo-lambda" >&2; exit 1; \
		fi; \
		size=$$(stat -L -c %s $$file); \
		if [ $$size -gt $(limit) ]; then \
			echo "$$file has $$size bytes; $(limit) are the limit" >&2; exit 1; \
		fi; \
		printf '%9d bytes  %s\n' $$size $$file; \
	done

binaries:
	@if [ -n "$(needed)" ] && ! cargo lambda --version >/dev/null 2>&1; then \
		echo "install cargo-lambda (pip install cargo-lambda): $(needed)" >&2; exit 1; \
	fi
	$(build)

# Called by `sam build` with the logical names of the template, one after the other; the first one builds.
build-ExportConfig build-OauthCallback build-ExportTrigger build-ExportRun: all
	cp $(binaries)/$(function_$@) $(ARTIFACTS_DIR)/bootstrap

function_build-ExportConfig := export-config
function_build-OauthCallback := oauth-callback
function_build-ExportTrigger := export-trigger
function_build-ExportRun := export-run
