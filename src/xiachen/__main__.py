from xiachen.site.command_line import main

main()
